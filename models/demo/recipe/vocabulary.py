"""CLIP's byte-pair vocabulary in the two files that SD 1.x ships: vocab.json and merges.txt.

Source: bpe_simple_vocab_16e6.txt.gz (OpenAI CLIP, MIT; inside the open_clip_torch wheel) and `SimpleTokenizer` beside it:
256 byte symbols, the same ending a word, 48,894 merges, two specials = 49,408 tokens. The folder's two configuration files, tokenizer_config.json and
special_tokens_map.json, are SD 1.5's and lie in ../model/tokenizer.

    python vocabulary.py open_clip_torch-3.3.0-py3-none-any.whl ../model/tokenizer
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

    with open(os.path.join(folder, 'vocab.json'), 'w', encoding='utf-8') as f:
        json.dump({t: i for i, t in enumerate(tokens)}, f, ensure_ascii=False, separators=(',', ':'))
    with open(os.path.join(folder, 'merges.txt'), 'w', encoding='utf-8') as f:
        f.write('#version: 0.2\n' + '\n'.join(merges) + '\n')


if __name__ == '__main__':
    write_tokenizer(sys.argv[1], sys.argv[2])
