"""CLIP's byte-pair vocabulary in the two files that SD 1.x ships: vocab.json and merges.txt.

Source: bpe_simple_vocab_16e6.txt.gz (OpenAI CLIP, MIT; inside the open_clip_torch wheel) and `SimpleTokenizer` beside it:
256 byte symbols, the same ending a word, 48,894 merges, two specials = 49,408 tokens.

    python vocabulary.py open_clip_torch-3.3.0-py3-none-any.whl DIR
"""
import gzip
import json
import os
import sys
import zipfile


def byte_symbols():
    """A printable character for each byte, in CLIP's order (`bytes_to_unicode`)."""
    printable = [*range(ord('!'), ord('~') + 1), *range(ord('¡'), ord('¬') + 1), *range(ord('®'), ord('ÿ') + 1)]
    rest = [b for b in range(256) if b not in printable]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(len(rest))]


def write_tokenizer(wheel, folder):
    lines = gzip.decompress(zipfile.ZipFile(wheel).read('open_clip/bpe_simple_vocab_16e6.txt.gz')).decode().split('\n')
    merges = lines[1:49152 - 256 - 2 + 1]
    symbols = byte_symbols()
    tokens = symbols + [s + '</w>' for s in symbols] + [m.replace(' ', '') for m in merges] + ['<|startoftext|>', '<|endoftext|>']
    assert len(tokens) == 49408
    os.makedirs(folder, exist_ok=True)

    def write(name, value):
        with open(os.path.join(folder, name), 'w', encoding='utf-8') as f:
            f.write(value if isinstance(value, str) else json.dumps(value, indent=2, sort_keys=True) + '\n')
    write('vocab.json', json.dumps({t: i for i, t in enumerate(tokens)}, ensure_ascii=False, separators=(',', ':')))
    write('merges.txt', '#version: 0.2\n' + '\n'.join(merges) + '\n')
    special = lambda text, **more: dict(content=text, lstrip=False, normalized=True, rstrip=False, single_word=False, **more)
    named = lambda **more: dict(bos_token=special('<|startoftext|>', **more), eos_token=special('<|endoftext|>', **more),
                                unk_token=special('<|endoftext|>', **more), pad_token='<|endoftext|>')
    write('special_tokens_map.json', named())
    write('tokenizer_config.json', dict(named(__type='AddedToken'), add_prefix_space=False, do_lower_case=True, errors='replace', model_max_length=77,
                                        name_or_path='openai/clip-vit-large-patch14', special_tokens_map_file='./special_tokens_map.json',
                                        tokenizer_class='CLIPTokenizer'))


if __name__ == '__main__':
    write_tokenizer(sys.argv[1], sys.argv[2])
