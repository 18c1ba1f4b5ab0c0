"""torch.randn in float32 on the CPU for many seeds and shapes, consecutive draws of one generator included.

Long draws keep every 97th number, the last 17 (the tail that is drawn anew) and their sums.
    python spec/vectors/recipes/normals.py   (from the repository's root)
"""
import json

import torch
from vector_index import record

SHORT = [[n] for n in range(1, 16)]
LONG = [[16], [17], [31], [32], [100], [4, 8, 8], [1, 4, 32, 32], [1, 4, 64, 64], [1, 4, 40, 72], [1, 4, 5, 7]]
SEEDS = [0, 1, 2, 42, 1234, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 7, 123456789012345, 2**53 - 1]
SEQUENCES = [[[3], [16], [1], [1], [17], [5], [2]], [[1], [1, 4, 8, 8], [1], [2, 9], [15], [15]], [[15], [100], [1]]]

pairs = [(seed, [shape]) for i, seed in enumerate(SEEDS) for shape in LONG[i % 2 :: 2]]
pairs += [(SEEDS[i % len(SEEDS)], [shape]) for i, shape in enumerate(SHORT)]
pairs += [(seed, sequence) for seed in (0, 5, 2**40 + 3) for sequence in SEQUENCES]


def draw(shape, generator):
    values = torch.randn(shape, generator=generator).flatten()
    if len(values) <= 100:
        return {"shape": shape, "all": values.tolist()}
    double = values.double()
    return {
        "shape": shape,
        "every97th": values[::97].tolist(),
        "last17": values[-17:].tolist(),
        "sum": double.sum().item(),
        "sumOfSquares": (double**2).sum().item(),
    }


cases = []
for seed, shapes in pairs:
    generator = torch.Generator().manual_seed(seed)
    cases.append({"seed": seed, "draws": [draw(shape, generator) for shape in shapes]})


def short(value):
    """float32 in nine digits, which is enough to tell any two apart."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [short(v) for v in value]
    return {k: v if k.startswith("sum") else short(v) for k, v in value.items()} if isinstance(value, dict) else value


with open("spec/vectors/normals.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(short(case), separators=(",", ":")) for case in cases) + "\n]\n")
print(len(cases), "cases,", len({(s, str(d)) for s, ds in pairs for d in ds}), "(seed, shape) pairs")
record("normals", "normals.json", "recipes/normals.py", "torch", "1e-6", "a seed draws the latents that it draws in torch")
