"""What other programs make of the texts in our picture files, and what they write themselves.

`ours`: texts of files that `npm run generate` wrote, chunk by chunk, with what Pillow (and exiftool, where it is installed) reads in
them. `pillow`: files that Pillow writes, in all three kinds of chunk. `grammar`: what stable-diffusion-webui 1.10 reads in a
`parameters` text: the rules of its modules/infotext_utils.py (`parse_generation_parameters`), restated over Python's own `re` and
`json`, which is where they are decided.

    python spec/vectors/recipes/picture_texts.py   (from the repository's root; draws a few small pictures)
"""
import base64
import io
import json
import os
import random
import re
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, PngImagePlugin
from vector_index import VECTORS, record

ROOT = VECTORS.parents[1]
PAIR = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
NEGATIVE = "Negative prompt:"

PROMPTS = {
    "plain": "a red apple on a blue background",
    "latin-1": "un café à la plage, naïve ÿ",
    "unicode": "一只猫 🐈, \u0411\u0430\u0440\u0441\u0438\u043a",
    "lines": 'first line\n\nthird, with "quotes", a \\ and a colon: so\nSteps: not yet',
    "negative inside": "a cat\nNegative prompt: of the prompt itself",
}
OPTIONS = {
    "plain": ["--seed", "7"],
    "latin-1": ["--seed", "8", "--scheduler", "dpmpp_2m_sde", "--sigmas", "exponential", "--negative-prompt", "flou, gris"],
    "unicode": ["--seed", "9", "--rng", "philox", "--subseed", "3", "--subseed-strength", "0.25"],
    "lines": ["--seed", "10", "--scheduler", "ddim", "--eta", "0.5", "--negative-prompt", "模糊"],
    "negative inside": ["--seed", "11", "--rng", "comfy", "--num-images", "2", "--only", "1"],
}


def texts_of(file):
    """Type and data of each text chunk."""
    at = 8
    while at < len(file):
        length, kind = struct.unpack(">I4s", file[at : at + 8])
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield file[at : at + 12 + length]
        at += 12 + length


def exiftool_agrees(path, read):
    """exiftool names a text by its keyword, capitals first; line feeds it shows as dots unless it prints JSON."""
    if not shutil.which("exiftool"):
        print(f"exiftool is not installed: {path.name} was not shown to it")
        return
    said = json.loads(subprocess.check_output(["exiftool", "-j", "-PNG:all", "-charset", "utf8", path]))[0]
    shown = {key.lower(): value for key, value in said.items()}
    for keyword in ("parameters", "pocket-diffusion"):
        assert shown[keyword] == read[keyword], (keyword, shown, read)
    print(f"exiftool {subprocess.check_output(['exiftool', '-ver'], text=True).strip()} reads both texts of {path.parent.name}")


def ours():
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for name, prompt in PROMPTS.items():
            place = Path(folder) / name
            place.mkdir()
            size = ["--steps", "1", "--width", "32", "--height", "40", "--guidance-scale", "5.5"]
            command = ["node", "build/run.mjs", "workers/cli.ts", prompt, *size, *OPTIONS[name], "--out", str(place / "picture.png")]
            subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "POCKET_CALLER": folder}, capture_output=True)
            [path] = place.iterdir()
            with Image.open(path) as picture:
                read = dict(picture.text)
            exiftool_agrees(path, read)
            chunks = [base64.b64encode(chunk).decode() for chunk in texts_of(path.read_bytes())]
            cases.append({"name": name, "chunks": chunks, "read": read})
    return cases


def pillow():
    cases = []
    for name, options in (("as it likes", {}), ("compressed", {"zip": True})):
        for which, text in PROMPTS.items():
            info = PngImagePlugin.PngInfo()
            info.add_text("Comment", "something else")
            info.add_text("parameters", text, **options)
            file = io.BytesIO()
            Image.new("RGB", (1, 1)).save(file, "PNG", pnginfo=info)
            kinds = [chunk[4:8].decode() for chunk in texts_of(file.getvalue())]
            cases.append({"name": f"{which}, {name}", "kind": kinds[1], "file": base64.b64encode(file.getvalue()).decode(), "text": text})
    info = PngImagePlugin.PngInfo()
    info.add_itxt("parameters", "既に", lang="ja", tkey="設定", zip=True)
    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG", pnginfo=info)
    cases.append({"name": "with a language", "kind": "iTXt", "file": base64.b64encode(file.getvalue()).decode(), "text": "既に"})
    return cases


def unquoted(value):
    if value[0] == '"' and value[-1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:
            pass
    return value


def parsed(text):
    *lines, last = text.strip().split("\n")
    pairs = PAIR.findall(last)
    if len(pairs) < 3:
        lines, pairs = [*lines, last], []
    parts, which = ["", ""], 0
    for line in map(str.strip, lines):
        if line.startswith(NEGATIVE):
            which, line = 1, line[len(NEGATIVE) :].strip()
        parts[which] += ("" if parts[which] == "" else "\n") + line
    return {"prompt": parts[0], "negativePrompt": parts[1], "fields": {key: unquoted(value) for key, value in pairs if value}}


TEXTS = [
    "a girl, ((detailed)), [blurry]\nNegative prompt: ugly, (((deformed)))\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x512, Model hash: 45dee52b",
    'cat <lora:x:0.8>\nSteps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 1, Size: 640x384, Model hash: 6ce0161689, Model: v1-5, Clip skip: 2, RNG: CPU, Lora hashes: "x: 0a1b, y: 2c3d", Version: v1.9.4',
    'x\nSteps: 20, Sampler: DPM++ 2M SDE Karras, CFG scale: 7, Seed: 5, Size: 512x512, Variation seed: 9, Variation seed strength: 0.3, Template: "a, b\\nc: \\"d\\"", ADetailer: "unclosed, Version: v1.6.0',
    "only a prompt",
    "two pairs stay with the prompt\nSteps: 1, Sampler: Euler",
    "Negative prompt: nothing else\nSteps: 1, Sampler: Euler, Seed: 3",
    "Steps: 1, Sampler: Euler, Seed: 3",
    "",
    "twice\nNegative prompt: one\nNegative prompt: two\nSteps: 1, Sampler: Euler, Seed: 3, Seed: 4",
    " blanks \n\n in  lines \t\n Negative prompt:  there too \nSteps:20,Sampler:Euler,Seed:  7  , Über-maß: ja",
]
PIECES = ["a", "red cat", ",", ": ", '"', "\\", "\n", "Negative prompt:", "Steps: 3", ", Sampler: Euler a", ", Seed: 4", "é", "猫", " ", '"x, y"', ", Size: 64x64", "\\n", "-/", "1.5"]


def main():
    pick = random.Random(8)
    made = ["".join(pick.choice(PIECES) for _ in range(pick.randint(3, 24))) for _ in range(60)]
    grammar = [{"text": text, **parsed(text)} for text in TEXTS + made]
    parts = {"ours": ours(), "pillow": pillow(), "grammar": grammar}
    lines = [f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]" for name, cases in parts.items()]
    (VECTORS / "picture-texts.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print({name: len(cases) for name, cases in parts.items()}, {case["kind"] for case in parts["pillow"]})
    because = "other programs read how our pictures were drawn, and we read what they write"
    record("picture-texts", "picture-texts.json", "recipes/picture_texts.py", "pillow", "exact", because)


if __name__ == "__main__":
    main()
