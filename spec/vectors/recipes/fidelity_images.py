"""Pictures of the demo model that begin from a picture, by diffusers' StableDiffusionImg2ImgPipeline and
StableDiffusionInpaintPipeline, float32, for `npm run fidelity`: samplers of every kind, square and not, batches, a resized start.

The start is one of fidelity.py's pictures, brought to the size by the pipelines themselves. Requests are in the words of ImageRequest,
with `initFrom` (whose picture) and `maskBox` (left, top, right, bottom, pixels, the latter two left out) in place of pixels.
    nice python spec/vectors/recipes/fidelity_images.py   (from the repository's root)
"""
import io
import json

import diffusers
import numpy as np
import torch
from fidelity import png, request, write
from k_samplers import scheduler_from
from PIL import Image, ImageDraw
from random_models import ROOT, pipeline
from vector_index import VECTORS

SQUARE, WIDE, TALL = (64, 64), (88, 56), (56, 72)
SAMPLERS = ["pndm", "ddim", "ddpm", "euler", "euler_a", "heun", "dpm2", "dpm2_a", "dpmpp_2m", "dpmpp_sde", "dpmpp_2m_sde", "dpmpp_3m_sde", "unipc", "deis", "lcm", "tcd"]


def requests():
    cases = []

    def add(scheduler, label, size, **changes):
        width, height = size
        case = request(f"{scheduler}-{label}", len(cases), scheduler, width=width, height=height, steps=12, initFrom="euler-square")
        cases.append({**case, **changes})

    for i, scheduler in enumerate(SAMPLERS):
        size = (SQUARE, WIDE, TALL)[i % 3]
        if i % 2 == 0:
            add(scheduler, "from", size, strength=0.6)
        else:
            add(scheduler, "into", size, strength=0.75, maskBox=[16, 8, 48, 40])
    add("dpmpp_2m", "from-slight", SQUARE, strength=0.3, sigmas="karras", guidanceScale=12)
    add("euler", "from-all", WIDE, strength=1, guidanceScale=1)
    add("pndm", "into-all", SQUARE, strength=1, maskBox=[0, 0, 40, 64])
    add("pndm", "into", WIDE, strength=0.7, maskBox=[16, 8, 48, 40])
    add("dpm2", "into", SQUARE, strength=0.5, maskBox=[16, 8, 48, 40])
    add("euler_a", "from-second-of-two", SQUARE, strength=0.6, numImages=2, only=1)
    return cases


def start(case):
    reference = Image.open(io.BytesIO(pictures()[case["initFrom"]])).convert("RGB")
    # The img2img pipeline takes the size of its picture; the other is told.
    return reference if "maskBox" in case else reference.resize((case["width"], case["height"]), Image.Resampling.LANCZOS)


def pictures():
    file = (VECTORS / "fidelity.safetensors").read_bytes()
    size = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + size])
    return {name: file[8 + size + begin : 8 + size + end] for name, entry in header.items() for begin, end in [entry["data_offsets"]]}


def mask(case):
    image = Image.new("L", (case["width"], case["height"]), 0)
    left, top, right, bottom = case["maskBox"]
    ImageDraw.Draw(image).rectangle([left, top, right - 1, bottom - 1], fill=255)
    return image


def draw(pipes, config, case):
    seed = case["seed"] + case.get("only", 0)
    pipe = pipes["into" if "maskBox" in case else "from"]
    pipe.scheduler = scheduler_from(case["scheduler"], config, case.get("sigmas", "model"), seed)
    options = {"mask_image": mask(case), "width": case["width"], "height": case["height"]} if "maskBox" in case else {}
    if case["scheduler"] == "tcd":
        options["eta"] = 0.3
    picture = pipe(
        case["prompt"], image=start(case), negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"], strength=case["strength"],
        guidance_scale=case["guidanceScale"], generator=torch.Generator().manual_seed(seed), output_type="np", **options,
    ).images[0]
    return (picture * 255).round().astype(np.uint8)


def main():
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config = pipe.scheduler.config
    parts = pipe.components
    pipes = {
        "from": diffusers.StableDiffusionImg2ImgPipeline(**parts, requires_safety_checker=False),
        "into": diffusers.StableDiffusionInpaintPipeline(**parts, requires_safety_checker=False),
    }
    for each in pipes.values():
        each.set_progress_bar_config(disable=True)
    tensors, cases = [], requests()
    for case in cases:
        picture = draw(pipes, config, case)
        file = png(picture)
        tensors.append((case["name"], "U8", [len(file)], file))
        print(case["name"], f"std {picture.std():.1f}, {len(file)} bytes", flush=True)
        assert picture.std() > 8, "a reference worth comparing with has contrast"
    write("fidelity-images", "fidelity_images.py", cases, tensors, "the demo model's pictures from a picture")


if __name__ == "__main__":
    main()
