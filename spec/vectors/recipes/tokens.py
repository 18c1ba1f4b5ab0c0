"""Token ids of transformers' CLIPTokenizer on strings of many scripts and oddities, without start and end.

Each row is [string, ids]; where the ids are more than 75, a third entry is the index (UTF-16 units) in the string of the
first token that 77 leave no room for.

    python spec/vectors/recipes/tokens.py   (from the repository's root)
"""
import json
import random
import unicodedata

from transformers import CLIPTokenizer
from vector_index import record

tokenizer = CLIPTokenizer.from_pretrained("models/demo/model/tokenizer")
rng = random.Random(20261)
strings = []

SENTENCES = """
The quick brown fox jumps over the lazy dog.|I can't believe it's not butter; they're we've I'll he'd I'm don't 'tis
Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich|Voix ambiguë d'un cœur qui au zéphyr préfère les jattes de kiwis
El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia, ¡añoraba a su querido cachorro!|Pijamalı hasta yağız şoföre çabucak güvendi İSTANBUL ILIK
Příliš žluťoučký kůň úpěl ďábelské ódy|Zażółć gęślą jaźń|Árvíztűrő tükörfúrógép|Flygande bäckasiner söka hwila på mjuka tuvor
Đường phố Hà Nội buổi sáng sớm, ẩm ướt và yên tĩnh|Þórr og Æsir í Ásgarði|Съешь ещё этих мягких французских булок, да выпей чаю
Щастя б'ється, їжак ґанок|Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ ὀδυσσεὺς Ἀχιλλεύς|ქართული ენა მთები|Հայաստան լեռներ
صِف خَلقَ خَودِ كَمِثلِ الشَمسِ إِذ بَزَغَت|قطة صغيرة تجلس على السطح ٠١٢٣٤٥٦٧٨٩|دختر با روسری آبی، نقاشی رنگ روغن|اردو میں ایک خوبصورت منظر
דג סקרן שט בים מאוכזב ולפתע מצא חברה|שָׁלוֹם עֲלֵיכֶם|एक छोटी बिल्ली छत पर बैठी है, सूर्यास्त १२३|বাংলা ভাষা সুন্দর|தமிழ் மொழி இனிது
తెలుగు భాష|ಕನ್ನಡ ನಾಡು|മലയാളം കവിത|ਪੰਜਾਬੀ ਬੋਲੀ|ગુજરાતી ગરબો|සිංහල අකුරු|แมวสีส้มนั่งอยู่บนหลังคาตอนพระอาทิตย์ตก ๑๒๓|ພາສາລາວ|ភាសាខ្មែរ|မြန်မာဘာသာ|བོད་སྐད་
一只橙色的猫坐在屋顶上，日落，油画风格|繁體中文：龍騰虎躍、春暖花開|屋根の上に座るオレンジ色の猫、夕焼け、アニメ風|カタカナ ﾊﾝｶｸ ひらがな　全角スペース|지붕 위에 앉은 주황색 고양이, 노을|한글과 漢字 섞어 쓰기
ＦＵＬＬＷＩＤＴＨ ｌａｔｉｎ １２３|𝓽𝓱𝓮 𝔮𝔲𝔦𝔠𝔨 𝕓𝕣𝕠𝕨𝕟 𝐟𝐨𝐱 𝟏𝟐𝟑 𝟜𝟝𝟞 𝒜𝒷𝒸|ﬁne ﬂow oﬃce ﬀ ﬆ|x² + y³ = z⁴ ½ ¾ ⅷ Ⅻ № ℃ Å Ω K µ|①②③ ⑴ ㈱ ㍿ ㎏
😀😃😄 happy|👩‍👩‍👧‍👦 family|👍🏽👎🏿 skin tones|🏳️‍🌈 🇩🇪🇯🇵🇧🇷 flags|❤️ ❤ ☺︎ ✌🏻|🧑🏾‍🚀 on the 🌕|(╯°□°）╯︵ ┻━┻|¯\\_(ツ)_/¯ ಠ_ಠ|e=mc^2; f(x)=∫_0^∞ e^{-t}dt ≠ ∑ ∂ √ ≤ ≥
"smart" “quotes” ‘single’ «guillemets» „low“ ‹x› `tick` ´acute´|wait... what?! -- no --- really—yes–maybe…|a/b\\c|d_e#f@g$h%i&j*k+l=m~n^o|C++ C# F# .NET node.js foo@bar.com https://example.com/a?b=c&d=e#f
1234567890 3.14159 1,000,000 0x1F 1e-10 4k 8K 1920x1080 v1.5 50mm f/1.8|IT'S 'S 'T 'RE 'VE 'M 'LL 'D 's't're've'm'll'd it''s ''s|x'y'z don’t it’s|ẞ ß ſ ŉ ǅ ǆ ΐ ΰ ẖ İ ı I i̇ Ⅷ ⓐ Ⓐ
a photo of an astronaut riding a horse on mars|masterpiece, best quality, ultra-detailed, 8k, (masterpiece:1.2), [bad], {{cat}}, <lora:style_v1:0.8>, trending on artstation
portrait of a cyberpunk girl, neon lights, by greg rutkowski and alphonse mucha, octane render, unreal engine 5, --ar 16:9 --v 4|lowres, bad anatomy, bad hands, text, error, missing fingers, cropped, worst quality, jpeg artifacts, signature, watermark, username, blurry
""".replace("\n", "|").split("|")
SENTENCES = [s for s in SENTENCES if s]
strings += SENTENCES
for s in SENTENCES:
    strings += [s.upper(), s.lower(), s.title(), unicodedata.normalize("NFD", s), unicodedata.normalize("NFKC", s)]

SPECIAL = ["<|endoftext|>", "<|startoftext|>"]
for token in SPECIAL:
    strings += [token, f"a {token} b", f"a{token}b", token * 3, f" {token} ", f"!{token}!", token.upper(), f"x {token.title()} y"]
    strings += [token + "\u0338", "\u0301" + token, token[:-1], token[1:], token.replace("|", " |"), f"<{token}>", f"'s{token}'s"]
    strings += [token.upper() + "!!", "!!" + token.upper(), token.upper() + "\u0338", token.replace("o", "ᴼ"), token.replace("s", "ſ")]
strings += [" ".join(SPECIAL), "".join(SPECIAL), "".join(SPECIAL).upper(), SPECIAL[1] + "cat" + SPECIAL[0]]

SPACES = [chr(c) for c in (*range(0x1, 0x21), 0x7F, 0x85, 0xA0, 0xAD, 0x34F, 0x61C, 0x1680, 0x180E, *range(0x2000, 0x2010),
                           *range(0x2028, 0x2030), 0x205F, *range(0x2060, 0x2065), 0x3000, 0x3164, 0xFE0F, 0xFEFF, 0xFFF9, 0xE0020)]
strings += ["", " ", "   ", "\t\n\r", "\u3000", "\0", "a\0b"]
for space in SPACES:
    strings += [f"a{space}b", f"{space}cat{space}{space}dog 1{space}2", f"!{space}?"]

MARKS = [chr(c) for c in (0x300, 0x301, 0x307, 0x308, 0x323, 0x327, 0x338, 0x345, 0x3099, 0x309A, 0x5B0, 0x64B, 0x93C, 0x94D, 0x9BE, 0xE31,
                          0xFB1E, 0x1161, 0x11A8, 0x20D0, 0x20E3, 0x1D165, 0x1F3FD, 0x200D, 0x7FD, 0x898, 0x11930, 0x1611E, 0x16D67)]
for mark in MARKS:
    base = rng.choice("aeo<K1カ가शبא!")
    strings += [mark, mark * 3, f"{base}{mark}", f"a{mark}{rng.choice(MARKS)}{rng.choice(MARKS)}b", f"ABC {base}{mark}{mark} x"]

# What another version of Unicode sees differently: the newest letters, digits and marks, and the last two before them.
for first, last in [(0x88F, 0x88F), (0xA7CB, 0xA7DC), (0x10940, 0x10946), (0x105D2, 0x105DA), (0x113C2, 0x113C9), (0x11DE0, 0x11DE9),
                    (0x16EA0, 0x16EA6), (0x1CCF0, 0x1CCF4), (0x323B0, 0x323B4), (0x10D40, 0x10D44), (0x31350, 0x31354)]:
    strings.append("".join(map(chr, range(first, last + 1))))
    strings += [f"a{chr(c)}1{chr(c)}\u0301\u0323!{chr(c)}" for c in range(first, last + 1, 3)]

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~§¶†‡•·‰′″‼⁇¡¿、。「」『』【】〜！？…"
for _ in range(120):
    strings.append("".join(rng.choices(PUNCTUATION, k=rng.randint(1, 12))))
for _ in range(120):
    pieces = rng.choices(["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'", "''", "s", "t", "dog", "It", " ", "1", "!", "é"], k=rng.randint(2, 9))
    strings.append("".join(pieces))
for _ in range(60):
    strings.append("".join(rng.choices("0123456789.,:-/ ٣५๗Ⅷ½²𝟗", k=rng.randint(1, 14))))

WORDS = """portrait landscape castle dragon robot astronaut forest ocean sunset watercolor oil painting photograph cinematic lighting bokeh
 highly detailed intricate sharp focus 35mm film grain studio ghibli van gogh hokusai baroque art nouveau steampunk vaporwave isometric
 low-poly macro aerial close-up symmetrical minimalist surreal dreamy moody golden hour volumetric fog rim light HDR raw photo red blue
 teal-and-orange cat corgi hamster capybara bicycle teapot lighthouse skyscraper village mushroom crystal nebula""".split()
for _ in range(260):
    prompt = ", ".join(" ".join(rng.choices(WORDS, k=rng.randint(1, 4))) for _ in range(rng.randint(1, 7)))
    strings.append(rng.choice(["", "a ", "A beautiful ", "(", "((", "[", "a photo of "]) + prompt + rng.choice(["", ".", ")", ":1.3)", "!!", " -- 4k"]))
for _ in range(16):
    strings.append(" ".join(rng.choices(WORDS + ["日本", "naïve", "🐱", "don't"], k=rng.randint(60, 95))))
strings += ["a" * 200, "ab" * 150, "!" * 150, "1" * 90, "日" * 60, "é" * 100, "🐱" * 40, " a" * 80, "antidisestablishmentarianism" * 6]

BLOCKS = [(0x20, 0x7F), (0xA0, 0x250), (0x370, 0x530), (0x590, 0x700), (0x900, 0xE00), (0xE00, 0x1100), (0x1100, 0x1200), (0x1E00, 0x2000),
          (0x2010, 0x2C00), (0x3040, 0x3100), (0x4E00, 0x9FFF), (0xAC00, 0xD7A4), (0xF900, 0xFE70), (0x1D400, 0x1D800), (0x1F300, 0x1FB00)]
for _ in range(560):
    first, last = rng.choice(BLOCKS)
    strings.append("".join(chr(rng.randrange(first, last)) for _ in range(rng.randint(1, 10))))
while len(strings) < 2700:
    points = [rng.randrange(0x110000 if rng.random() < 0.4 else 0x3000) for _ in range(rng.randint(1, 9))]
    strings.append("".join(chr(c) for c in points if not 0xD800 <= c < 0xE000))

strings = list(dict.fromkeys(strings))
ids = [tokenizer(s, add_special_tokens=False)["input_ids"] for s in strings]
for s, plain in zip(strings, ids):
    padded = tokenizer(s, padding="max_length", truncation=True, max_length=77)["input_ids"]
    kept = [49406, *plain[:75], 49407]
    assert padded == kept + [49407] * (77 - len(kept))



def row(string, plain):
    offsets = tokenizer.backend_tokenizer.encode(string, add_special_tokens=False).offsets
    cut = [len(string[: offsets[75][0]].encode("utf-16-le")) // 2] if len(plain) > 75 else []
    return json.dumps([string, plain, *cut], separators=(",", ":"))


with open("spec/vectors/tokens.json", "w", encoding="utf-8") as f:
    rows = map(row, strings, ids)
    f.write("[\n" + ",\n".join(rows) + "\n]\n")
print(len(strings), "strings,", sum(len(i) > 75 for i in ids), "longer than 77 tokens,", sum(map(len, ids)), "tokens")
record("tokens", "tokens.json", "recipes/tokens.py", "transformers", "exact", "a prompt becomes the same ids in every script")
