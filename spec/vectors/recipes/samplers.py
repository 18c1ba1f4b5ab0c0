"""Final latents of diffusers' own scheduler steps with a fixed, smooth stand-in for the network.

    python spec/vectors/recipes/samplers.py   (from the repository's root)
"""
import json
import math

import torch
from schedules import CLASSES, CONFIGS, scheduler_of
from vector_index import record

SHAPE = (1, 4, 2, 3)
CASES = [(label, steps) for label in ("SD 1.5", "leading named") for steps in (1, 2, 3, 4, 5, 7, 20, 50, 333, 999)]
CASES += [(label, steps) for label in CONFIGS if label not in ("SD 1.5", "leading named") for steps in (1, 2, 3, 7, 20, 61)]


def network(sample, timestep):
    """Bounded, not linear, different for each element and timestep. The spec repeats it."""
    index = torch.arange(sample.numel(), dtype=torch.float64).reshape(sample.shape)
    phase = torch.sin(index + float(timestep) / 100)
    return (0.9 * torch.tanh(1.3 * sample.double() + 0.5 * phase) + 0.2 * phase).float()


def draw(name, config, steps):
    scheduler = scheduler_of(name, config)
    scheduler.set_timesteps(steps)
    noise = torch.randn(SHAPE, generator=torch.Generator().manual_seed(steps))
    latents = noise * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        sample = scheduler.scale_model_input(latents, timestep)
        latents = scheduler.step(network(sample, timestep), timestep, latents).prev_sample
    return latents.flatten().tolist()


def main():
    cases = []
    for label, steps in CASES:
        for name in CLASSES:
            if label == "trailing" and steps == 61 and name != "euler":
                continue  # numpy's arange adds a timestep -1 there, which reads the finished latents as pure noise
            latents = [float(f"{v:.9g}") for v in draw(name, CONFIGS[label], steps)]
            assert all(map(math.isfinite, latents))
            case = {"scheduler": name, "config": label, "steps": steps, "seed": steps, "shape": SHAPE, "latents": latents}
            cases.append(json.dumps(case, separators=(",", ":")))
    with open("spec/vectors/samplers.json", "w") as f:
        f.write("[\n" + ",\n".join(cases) + "\n]\n")
    print(len(cases), "cases")
    record("samplers", "samplers.json", "recipes/samplers.py", "diffusers", "1e-5 of the largest value", "each sampler takes diffusers' steps")


if __name__ == "__main__":
    main()
