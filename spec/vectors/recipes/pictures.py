"""Whole pictures of a model by diffusers' StableDiffusionPipeline, float32: `python pictures.py A B demo`.

Writes spec/vectors/pictures-<model>.json (the requests, in the words of ImageRequest) and pictures-<model>.safetensors
(8-bit RGB, `[height, width, 3]`, one tensor per picture). Schedulers are `from_config` on the model's own scheduler
config; DDIM with clip_sample False. Picture k of a batch is drawn from a generator of its own, seeded `seed + k`.
"""
import json
import sys

import numpy as np
import torch
from diffusers import DDIMScheduler, EulerDiscreteScheduler, PNDMScheduler
from random_models import MODELS, ROOT, build, encode, pipeline
from vector_index import VECTORS, record

APPLE = "a red apple on a blue background"
OTHER = "a small dog in the snow at night"
LONG = "a painting of " + ", ".join(f"tree number {n}" for n in range(40))
SCHEDULERS = {
    "pndm": lambda config: PNDMScheduler.from_config(config, skip_prk_steps=True),
    "ddim": lambda config: DDIMScheduler.from_config(config, clip_sample=False),
    "euler": lambda config: EulerDiscreteScheduler.from_config(config),
}


def request(name: str, scheduler: str, **changes) -> dict:
    return {
        "name": f"{scheduler}-{name}", "scheduler": scheduler, "prompt": APPLE, "negativePrompt": "", "seed": 1,
        "steps": 20, "guidanceScale": 7.5, "numImages": 1, **changes,
    }


def requests(own: int) -> list[dict]:
    """One picture of the model's `own` size in pixels, the rest small. 9 x 13 latents (and their like) divide by nothing."""
    size = min(own, 128)
    square = {"width": size, "height": size}
    wide = {"width": size + 40, "height": size + 8}
    tall = {"width": size - 8, "height": size + 24}
    cases = []
    for scheduler in SCHEDULERS:
        cases += [
            request("square", scheduler, **({"width": own, "height": own} if scheduler == "pndm" else square)),
            request("wide-negative", scheduler, **wide, seed=7, steps=12, guidanceScale=4, negativePrompt="blurry, green"),
            request("tall-unguided", scheduler, **tall, seed=1234567890, steps=8, guidanceScale=1, prompt=OTHER),
        ]
    cases.append(request("batch", "euler", **square, seed=40, steps=6, numImages=2, prompt="two owls"))
    cases.append(request("long", "ddim", **square, seed=0, steps=5, guidanceScale=3, prompt=LONG))
    cases.append(request("empty", "pndm", **square, seed=3, steps=5, prompt="", negativePrompt=APPLE))
    return cases


def draw(pipe, config: dict, case: dict) -> np.ndarray:
    pipe.scheduler = SCHEDULERS[case["scheduler"]](config)
    generators = [torch.Generator("cpu").manual_seed(case["seed"] + k) for k in range(case["numImages"])]
    pictures = pipe(
        case["prompt"],
        negative_prompt=case["negativePrompt"],
        num_inference_steps=case["steps"],
        guidance_scale=case["guidanceScale"],
        num_images_per_prompt=case["numImages"],
        width=case["width"],
        height=case["height"],
        generator=generators,
        output_type="np",
    ).images
    return (pictures * 255).round().astype(np.uint8)


def decibels(a: np.ndarray, b: np.ndarray) -> float:
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def check(pipe, config: dict, size: int) -> None:
    """A reference worth comparing with: contrast, and another picture for another prompt."""
    for scheduler in SCHEDULERS:
        case = request("check", scheduler, width=size, height=size)
        picture, other = (draw(pipe, config, {**case, "prompt": prompt}) for prompt in (APPLE, OTHER))
        print(f"{scheduler}: std {picture.std():.1f}, other prompt {decibels(picture, other):.1f} dB")
        assert picture.std() >= 20 and decibels(picture, other) < 30


def main() -> None:
    torch.set_num_threads(1)
    for name in sys.argv[1:]:
        folder = build(name) if name in MODELS else ROOT / "models" / name / "model"
        pipe = pipeline(folder)
        config = pipe.scheduler.config
        size = 8 * pipe.unet.config.sample_size
        check(pipe, config, size)
        cases, tensors = [], []
        for case in requests(size):
            keys = [f"{case['name']}.{k}" for k in range(case["numImages"])]
            for key, picture in zip(keys, draw(pipe, config, case)):
                tensors.append((key, "U8", list(picture.shape), picture.tobytes()))
            cases.append({"model": name, **case, "tensors": keys})
        (VECTORS / f"pictures-{name}.json").write_text(json.dumps(cases, indent=2) + "\n")
        (VECTORS / f"pictures-{name}.safetensors").write_bytes(encode(tensors))
        for kind, because in (("json", "what was asked for"), ("safetensors", "what diffusers drew")):
            what = f"whole pictures of model {name}: {because}"
            record(f"pictures-{name}.{kind}", f"pictures-{name}.{kind}", "recipes/pictures.py", "diffusers", "50 dB PSNR", what)


main()
