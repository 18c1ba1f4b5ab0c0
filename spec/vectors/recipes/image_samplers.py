"""Every sampler from the middle of its schedule, from noised latents, as StableDiffusionImg2ImgPipeline goes; and with a part that
is known, as StableDiffusionInpaintPipeline puts it back after each call: the pipelines' own loops with the network of samplers.py.

Without LMS: diffusers takes the weights of four slopes there when it has one, two, three.
    python spec/vectors/recipes/image_samplers.py   (from the repository's root)
"""
import json
import math

import torch
from k_samplers import CONFIGS, NAMES, SPACED, scheduler_of, step_options
from samplers import SHAPE, network
from vector_index import VECTORS, record

MASK = torch.tensor([[[[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]]])


def mixing(sample, timestep):
    """What is put back at one place is seen at others. The spec repeats it."""
    return network(sample + 0.5 * sample.flatten().roll(1).reshape(sample.shape), timestep)


def draw(name, config, steps, strength, masked, sigmas="model", eta=None):
    generator = torch.Generator().manual_seed(steps)
    init = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1000 + steps))
    scheduler = scheduler_of(name, config, sigmas, seed=steps)
    scheduler.set_timesteps(steps)
    begin = steps - min(int(steps * strength), steps)
    timesteps = scheduler.timesteps[begin * scheduler.order :]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin * scheduler.order)
    noise = torch.randn(SHAPE, generator=generator)
    if masked and strength == 1:
        latents = noise * scheduler.init_noise_sigma
    else:
        latents = scheduler.add_noise(init, noise, timesteps[:1])
    options = step_options(name, generator, eta)
    for i, timestep in enumerate(timesteps):
        sample = scheduler.scale_model_input(latents, timestep)
        latents = scheduler.step(mixing(sample, timestep), timestep, latents, **options).prev_sample
        if masked:
            known = init
            if i < len(timesteps) - 1:
                known = scheduler.add_noise(init, noise, torch.tensor([timesteps[i + 1]]))
            latents = (1 - MASK) * known + MASK * latents
    return latents.flatten().tolist()


def cases():
    for name in NAMES:
        if name == "lms":
            continue
        for label, steps, strength in (("SD 1.5", 8, 0.6), ("SD 1.5", 20, 0.93), ("linspace", 12, 0.75)):
            for masked in (False, True):
                yield name, label, steps, strength, masked, {}
        for masked in (False, True):
            yield name, "SD 1.5", 7, 1, masked, {}
        if name in SPACED:
            yield name, "SD 1.5", 10, 0.5, True, {"sigmas": "karras"}
    yield "ddim", "SD 1.5", 10, 0.5, True, {"eta": 0.6}


def main():
    lines = []
    for name, label, steps, strength, masked, options in cases():
        latents = draw(name, CONFIGS[label], steps, strength, masked, **options)
        assert all(map(math.isfinite, latents)), (name, label, steps)
        case = {"scheduler": name, "config": label, "steps": steps, "strength": strength, "masked": masked, **options}
        lines.append(json.dumps({**case, "latents": [float(f"{v:.7g}") for v in latents]}, separators=(",", ":")))
    (VECTORS / "image-samplers.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "cases")
    because = "every sampler draws from the middle of its schedule, and around what is known, as diffusers' pipelines do"
    record("image-samplers", "image-samplers.json", "recipes/image_samplers.py", "diffusers", "2e-5 of the largest value; 1e-3 of a Brownian path", because)


if __name__ == "__main__":
    main()
