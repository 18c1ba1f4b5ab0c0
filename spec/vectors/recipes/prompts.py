"""What stable-diffusion-webui makes of prompts: their texts by step, their weights, their chunks, and the demo model's hidden
states; and what diffusers makes of clip skip and of textual inversion.

Writes spec/vectors/prompts.json and prompt-states.safetensors (of each state every fifth token).
    python spec/vectors/recipes/prompts.py FOLDER   (a checkout of stable-diffusion-webui, see webui.py; lark 1.3.1)
"""
import json
import random
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import webui
from hashed import uniform
from random_models import ROOT, encode, pipeline
from safetensors.torch import save_file
from vector_index import VECTORS, record

# The examples in the docstrings of prompt_parser.py, and some more.
SCHEDULED = [
    ("test", 10), ("a [b:3]", 10), ("a [b: 3]", 10), ("a [[[b]]:2]", 10), ("[(a:2):3]", 10), ("a [b : c : 1] d", 10),
    ("a[b:[c:d:2]:1]e", 10), ("a [unbalanced", 10), ("a [b:.5] c", 10), ("a [{b|d{:.5] c", 10), ("((a][:b:c [d:3]", 10),
    ("[a|(b:1.1)]", 10), ("[fe|]male", 10), ("[fe|||]male", 10),
    ("fantasy landscape with a [mountain:lake:0.25] and [an oak:a christmas tree:0.75][ in foreground::0.6][ in background:0.25] [shoddy:masterful:0.5]", 100),
    ("[a:b:0.4]", 20), ("[a::0.4]", 20), ("[b:0.4]", 20), ("[a|b]", 4), ("a [b:1.0]", 8), ("[a:b:-1]", 8), ("[a:b:0]", 8), ("[a:b:99]", 8),
    ("[a:b:1e0]", 8), ("[a\\:b:c:2]", 8), ("a | b [c:2]", 8), ("[a|b:0.5]", 8), ("\\[a:b:2]", 8), ("[x [a|b] y:z:3]", 6), ("[[a:b:1]|c]", 4), ("", 3),
    ("(a:[b:c:0.5])", 4), ("[a:b:c:3]", 8), ("[:b:3]", 8), ("[a:3", 8), ("a\nb [c\n:d:2]", 4), ("[a: +2 ]", 5), ("[]", 3), ("[|]", 3),
]
WEIGHTED = [
    "normal text", "an (important) word", "(unbalanced", "\\(literal\\]", "(unnecessary)(parens)",
    "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).", "(word:1.3)", "((word))", "[word]", "a \\( b \\) \\\\ \\x", "a:b (c:d:1.2)", "x:1.2) y", "(a: 1.5 ) b",
    "(a:-0.5)", "(a:+.5)", "(a:1e5)", "[a:1.2]", "one BREAK two", "oneBREAK BREAKtwo", "BREAK BREAK", " BREAK a", "(a (b [c] d:0.9) e", "a ) b ] c", "", "()", "(:1.2)", "é (ü:2)",
]
WORDS = ["cat", "dog", " ", ", ", "red", "night sky"]
MARKS = ["(", ")", "[", "]", ":", "|", "\\", ":1.2)", ":0.5]", ":2]", "[", "("]

LONG = "a red apple, a small green bird in a tall tree, " * 6
CHUNKED = [
    "a cat", "", LONG, "cat " * 75, "cat " * 76, "cat " * 150, "cat " * 70 + ", dog dog dog dog dog dog dog dog", "cat " * 50 + ", " + "dog " * 40,
    "cat " * 54 + ", " + "dog " * 30, "cat " * 55 + ", " + "dog " * 30, "cat " * 74 + ", dog", "cat " * 75 + ", dog", "a cat BREAK a (dog:1.3)", "BREAK", "a BREAK BREAK b",
    "(cat " * 30 + ":1.1) " + "(dog, owl:0.7) " * 40, "a ((red)) apple on a [blue] background",
]
STATES = {
    "weights": ("a ((red)) apple (on a blue background:0.6), [night]", 0),
    "chunks": ("(cat, owl:1.2) " * 20 + "BREAK a [castle] on a (hill:1.4) at sunset", 1),
}


def random_prompts(count: int):
    choose = random.Random(5)
    for _ in range(count):
        yield "".join(choose.choice(WORDS if choose.random() < 0.5 else MARKS) for _ in range(choose.randrange(3, 16)))


def every_fifth(name: str, states: torch.Tensor) -> tuple:
    rows = np.ascontiguousarray(states[0, ::5].numpy())
    return name, "F32", list(rows.shape), rows.tobytes()


def trimmed(tokens: list, multipliers: list) -> list:
    """Without start, end and padding."""
    count = len(tokens)
    while count > 1 and tokens[count - 1] == tokens[-1]:
        count -= 1
    return [tokens[1:count], multipliers[1:count]]


@torch.no_grad()
def main(folder: str) -> None:
    torch.set_num_threads(1)
    parser = webui.parser(folder)
    schedule = lambda prompt, steps: parser.get_learned_conditioning_prompt_schedules([prompt], steps)[0]
    readable = [prompt for prompt in random_prompts(160) if "(:" not in prompt]
    schedules = [[prompt, steps, schedule(prompt, steps)] for prompt, steps in SCHEDULED + [(prompt, 4) for prompt in readable]]
    weights = [[prompt, parser.parse_prompt_attention(prompt)] for prompt in WEIGHTED + readable]

    pipe = pipeline(ROOT / "models" / "demo" / "model")
    embedder = webui.embedder(folder, pipe.tokenizer, pipe.text_encoder)
    chunks = [[prompt, [trimmed(each.tokens, each.multipliers) for each in embedder.tokenize_line(prompt)[0]]] for prompt in CHUNKED]
    saved = []
    for name, (prompt, skip) in STATES.items():
        webui.OPTIONS.CLIP_stop_at_last_layers = 1 + skip
        saved.append(every_fifth(name, embedder([prompt])))

    # Where diffusers 0.42 looks for the final layer norm, which transformers 5 has moved.
    object.__setattr__(pipe.text_encoder, "text_model", pipe.text_encoder)
    embed = lambda prompt, **options: pipe.encode_prompt(prompt, "cpu", 1, False, **options)[0]
    for skip in (1, 3):
        saved.append(every_fifth(f"clip-skip-{skip}", embed("a red apple on a blue background", clip_skip=skip)))
    vectors = (uniform("made-up word", 3 * 64) * 0.1).astype(np.float32).reshape(3, 64)
    with tempfile.TemporaryDirectory() as scratch:
        save_file({"<made-up>": torch.tensor(vectors)}, Path(scratch) / "made-up.safetensors")
        pipe.load_textual_inversion(scratch, weight_name="made-up.safetensors")
    saved += [every_fifth("made-up", embed("a <made-up> apple on a <made-up>, at night")), ("vectors", "F32", [3, 64], vectors.tobytes())]

    states = {name: {"prompt": prompt, "clipSkip": skip} for name, (prompt, skip) in STATES.items()}
    lines = lambda rows: "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"
    parts = [f'"schedules": {lines(schedules)}', f'"weights": {lines(weights)}', f'"chunks": {lines(chunks)}', f'"states": {json.dumps(states)}']
    (VECTORS / "prompts.json").write_text("{" + ",\n".join(parts) + "}\n")
    (VECTORS / "prompt-states.safetensors").write_bytes(encode(saved))
    recipe, source = "recipes/prompts.py", {"package": "stable-diffusion-webui", "version": webui.VERSION}
    record("prompts", "prompts.json", recipe, "diffusers", "exact", "prompts are read as stable-diffusion-webui reads them", source)
    record("prompt-states", "prompt-states.safetensors", recipe, "diffusers", "2e-5 of the largest value", "hidden states are weighted, chunked, skipped and learned as there and in diffusers", source)


if __name__ == "__main__":
    main(sys.argv[1])
