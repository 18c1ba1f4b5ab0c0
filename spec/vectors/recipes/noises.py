"""Random numbers that other programs draw pictures from, beside torch's own (normals.py): Philox as a CUDA device has it, a
Brownian path's, ComfyUI's batches, and noise between two noises.

Philox's words come from randomgen; Box-Muller is cuRAND's (`curand_normal.h`: sine first) in float64, as
stable-diffusion-webui's `modules/rng_philox.py` computes it. No CUDA device is needed.
    python spec/vectors/recipes/noises.py   (from the repository's root)
"""
import json

import numpy as np
import torch
from diffusers.schedulers.scheduling_dpmsolver_sde import BrownianTreeNoiseSampler
from randomgen import Philox
from vector_index import record


def short(values):
    return [float(f"{v:.9g}") for v in np.asarray(values, dtype=np.float32).flatten()]


def philox_words(seed, draw, i):
    """Counter (draw, 0, i, 0), key (seed, seed >> 32). randomgen counts up before it draws, hence the - 1."""
    before = (draw + (i << 64) - 1) % 2**128
    generator = Philox(number=4, width=32, key=seed, counter=before)
    return [int(word) for word in generator.random_raw(4)]


def philox_normals(seed, draw, indices):
    x, y = np.array([philox_words(seed, draw, i)[:2] for i in indices], dtype=np.float64).T
    u = x * 2.0**-32 + 2.0**-33
    turn = np.float64(np.float32(2.0**-32 * 6.2831855))
    return np.sqrt(-2 * np.log(u)) * np.sin(y * turn + turn / 2)


def philox_cases():
    for seed in (0, 1, 42, 2**31, 2**32 - 1, 2**32, 2**32 + 7, 123456789012345, 2**53 - 1):
        yield {"seed": seed, "draws": [short(philox_normals(seed, draw, range(12))) for draw in range(3)]}


def seed_cases():
    for entropy in (0, 1, 20, 2**31, 2**32 - 1, 2**32 + 7, 2**53 - 1):
        for key in ([], [0, 0], [1, 1], [5, 3], [1048575, 20]):
            sequence = np.random.SeedSequence(entropy, spawn_key=tuple(key), pool_size=24)
            yield {"entropy": entropy, "spawnKey": key, "poolSize": 24, "first": int(sequence.generate_state(1)[0])}


def brownian_cases():
    """Levels at which the rounding to millionths is not in doubt; pieces that overlap, and out of order."""
    for seed, smallest, largest in ((1, 0.03125, 14.5), (2**32 + 5, 0.5, 80.0), (7, 0.1875, 0.8125)):
        middle = [smallest + (largest - smallest) * k / 8 for k in range(9)]
        levels = [round(level * 1024) / 1024 for level in middle]
        pairs = [(8, 7), (8, 5), (5, 3), (3, 0), (4, 3), (7, 1), (8, 0)]
        sampler = BrownianTreeNoiseSampler(torch.zeros(1, 2, 3, 4), levels[0], levels[8], seed)
        pieces = [
            {"from": levels[a], "to": levels[b], "normals": short(sampler(torch.tensor(levels[a]), torch.tensor(levels[b])))}
            for a, b in pairs
        ]
        yield {"seed": seed, "smallest": levels[0], "largest": levels[8], "size": 24, "pieces": pieces}


def comfy_cases():
    """`prepare_noise` and, on the CPU, `default_noise_sampler` of ComfyUI: whole batches, from two generators."""
    for seed, shape in ((5, [3, 4, 2, 2]), (2**32 + 1, [2, 4, 3, 5])):
        first = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
        again = torch.Generator().manual_seed(seed + 1)
        steps = [torch.randn(shape, generator=again) for _ in range(2)]
        yield {"seed": seed, "shape": shape, "first": short(first), "steps": [short(step) for step in steps]}


def slerp(strength, low, high):
    """stable-diffusion-webui's (`modules/rng.py`): norms over dimension 1 of `[C, H, W]`."""
    cosine = torch.nn.functional.cosine_similarity(low, high, dim=1, eps=0)
    if cosine.mean() > 0.9995:
        return strength * low + (1 - strength) * high
    angle = cosine.acos().unsqueeze(1)
    return ((1 - strength) * angle).sin() / angle.sin() * low + (strength * angle).sin() / angle.sin() * high


def slerp_cases():
    for seed, strength in ((1, 0.1), (2, 0.5), (3, 0.9)):
        low, high = (torch.randn([4, 3, 5], generator=torch.Generator().manual_seed(seed + k)).double() for k in (0, 10))
        yield {"shape": [1, 4, 3, 5], "seeds": [seed, seed + 10], "strength": strength, "mixed": short(slerp(strength, low, high))}
    low = torch.randn([4, 3, 5], generator=torch.Generator().manual_seed(9)).double()
    yield {"shape": [1, 4, 3, 5], "seeds": [9, 9], "strength": 0.3, "mixed": short(slerp(0.3, low, low))}


if __name__ == "__main__":
    parts = {"philox": philox_cases, "seedSequence": seed_cases, "brownian": brownian_cases, "comfy": comfy_cases, "slerp": slerp_cases}
    lines = [f'"{name}":[\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in make()) + "\n]" for name, make in parts.items()]
    with open("spec/vectors/noises.json", "w") as f:
        f.write("{" + ",\n".join(lines) + "}\n")
    record("noises", "noises.json", "recipes/noises.py", "randomgen", "2e-6", "each source of random numbers draws what the program draws that it is named after")
