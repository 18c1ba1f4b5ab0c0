"""Pictures of the demo model by diffusers' StableDiffusionPipeline, float32, for `npm run fidelity`: every sampler, every
spacing of sigmas, every source of random numbers.

Writes spec/vectors/fidelity.json (the requests, in the words of ImageRequest, with what the reference is) and
spec/vectors/fidelity.safetensors (each picture as a PNG file). Noise of other programs is handed to diffusers in the place of its own.
    nice python spec/vectors/recipes/fidelity.py   (from the repository's root; some minutes)
"""
import inspect
import io
import json

import diffusers
import numpy as np
import torch
from k_samplers import SPACED, NAMES, scheduler_from
from noises import philox_normals, slerp
from PIL import Image
from random_models import ROOT, encode, pipeline
from vector_index import VECTORS, record

PROMPTS = [
    "a red apple on a blue background",
    "a small dog in the snow at night",
    "a castle on a hill at sunset",
    "two owls in the forest",
    "a sailing boat on the sea",
    "a penguin in the desert",
    "a yellow car in the city",
    "a rocket in space",
    "a fish under water",
    "a hamburger on the beach",
    "a green tree in the mountains",
    "a cat on the meadow",
]
SQUARE, WIDE, TALL = (128, 128), (168, 136), (120, 152)
FEW = ("lcm", "tcd")


def request(name, i, scheduler, **changes):
    return {
        "name": name, "scheduler": scheduler, "prompt": PROMPTS[i % len(PROMPTS)], "negativePrompt": "", "seed": 100 + i, "steps": 20,
        "guidanceScale": 7.5, "width": 128, "height": 128, "numImages": 1, **changes,
    }


def requests():
    cases = []

    def add(scheduler, label, size, **changes):
        width, height = size
        cases.append(request(f"{scheduler}-{label}", len(cases), scheduler, **{"width": width, "height": height, **changes}))

    for scheduler in NAMES:
        few = scheduler in FEW
        eta = {"eta": 0.3} if scheduler == "tcd" else {}
        add(scheduler, "square", SQUARE, steps=8 if few else 20, **eta)
        add(scheduler, "wide-12", WIDE, guidanceScale=12, steps=4 if few else 14, negativePrompt="blurry, green", **eta)
        # Euler's own seed would leave a gray sheet of this prompt, unguided.
        own = {"seed": 311} if scheduler == "euler" else {}
        add(scheduler, "tall-1", TALL, guidanceScale=1, steps=6 if few else 10, **eta, **own)
    add("ddim", "eta-half", SQUARE, eta=0.5)
    add("tcd", "eta-1", SQUARE, eta=1, steps=6)
    for scheduler in SPACED:
        add(scheduler, "karras", SQUARE, sigmas="karras", steps=15)
    for sigmas in ("exponential", "sgm_uniform", "align_your_steps"):
        add("dpmpp_2m", sigmas, SQUARE, sigmas=sigmas, steps=12)
        add("euler_a", sigmas, SQUARE, sigmas=sigmas, steps=12)
    add("dpmpp_2m", "ays-10", SQUARE, sigmas="align_your_steps", steps=10, guidanceScale=12)
    add("dpmpp_2m", "philox", SQUARE, rng="philox")
    add("euler_a", "philox", WIDE, rng="philox")
    add("euler_a", "comfy-second-of-two", SQUARE, rng="comfy", numImages=2, only=1)
    add("dpmpp_2m", "variation", SQUARE, subseed=7, subseedStrength=0.4)
    add("euler_a", "torch-third-of-three", SQUARE, numImages=3, only=2)
    return cases


class Normals:
    """Unit normals of picture `only` of the request, draw after draw, as its source has them."""

    def __init__(self, case):
        self.seed, self.source = case["seed"] + (0 if case.get("rng") == "comfy" else case.get("only", 0)), case.get("rng", "torch")
        self.index, self.of = case.get("only", 0), case["numImages"]
        self.draws = 0
        self.generator = torch.Generator().manual_seed(self.seed)
        self.again = torch.Generator().manual_seed(self.seed + 1)

    def next(self, shape):
        draw, self.draws = self.draws, self.draws + 1
        if self.source == "philox":
            return torch.tensor(philox_normals(self.seed, draw, range(int(np.prod(shape)))), dtype=torch.float32).reshape(shape)
        if self.source == "comfy":
            batch = torch.randn([self.of, *shape[1:]], generator=self.generator if draw == 0 else self.again)
            return batch[self.index : self.index + 1]
        return torch.randn(shape, generator=self.generator)


def draw(pipe, config, case):
    """The pipeline's own loop; only where noise comes from is replaced, and for the torch source not even that."""
    normals = Normals(case)
    seed = normals.seed
    pipe.scheduler = scheduler_from(case["scheduler"], config, case.get("sigmas", "model"), seed)
    options = {"eta": case["eta"]} if "eta" in case else {}
    shape = (1, 4, case["height"] // 8, case["width"] // 8)
    module = inspect.getmodule(type(pipe.scheduler))
    plain = getattr(module, "randn_tensor", None)
    if case.get("rng", "torch") == "torch" and "subseed" not in case:
        options["generator"] = torch.Generator().manual_seed(seed)
    else:
        options["latents"] = normals.next(shape)
        if "subseed" in case:
            other = torch.randn(shape, generator=torch.Generator().manual_seed(case["subseed"]))
            options["latents"] = slerp(case["subseedStrength"], options["latents"][0], other[0])[None]
        if plain:
            module.randn_tensor = lambda shape, **_: normals.next(shape)
    try:
        picture = pipe(
            case["prompt"], negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"],
            guidance_scale=case["guidanceScale"], width=case["width"], height=case["height"], output_type="np", **options,
        ).images[0]
    finally:
        if plain:
            module.randn_tensor = plain
    return (picture * 255).round().astype(np.uint8)


def png(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", optimize=True)
    return file.getvalue()


def write(name, recipe, cases, tensors, what, package="diffusers", drew="what diffusers drew, as PNG files"):
    """The requests and the pictures, and what is said of both; `package` is whose way of drawing it is."""
    (VECTORS / f"{name}.json").write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
    (VECTORS / f"{name}.safetensors").write_bytes(encode(tensors))
    for kind, because in (("json", "what was asked for"), ("safetensors", drew)):
        record(f"{name}.{kind}", f"{name}.{kind}", f"recipes/{recipe}", package, "50 dB PSNR", f"{what}: {because}")


def main():
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config = pipe.scheduler.config
    tensors, flat, cases = [], [], requests()
    for case in cases:
        picture = draw(pipe, config, case)
        if picture.std() < 8:
            flat.append(case["name"])
        file = png(picture)
        tensors.append((case["name"], "U8", [len(file)], file))
        print(case["name"], f"std {picture.std():.1f}, {len(file)} bytes", flush=True)
    assert not flat, f"a reference worth comparing with has contrast: {flat}"
    write("fidelity", "fidelity.py", cases, tensors, "the demo model's pictures with every sampler")


if __name__ == "__main__":
    main()
