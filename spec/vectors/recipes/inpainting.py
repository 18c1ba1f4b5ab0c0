"""Pictures of a random model made for inpainting, whose UNet sees nine channels, by diffusers' StableDiffusionInpaintPipeline: random
model A of random_models.py with such a UNet, into a picture of resizing.py's formula.

    python spec/vectors/recipes/inpainting.py   (from the repository's root)
"""
import copy
import json

import diffusers
import numpy as np
import torch
from fidelity import png
from fidelity_images import mask
from k_samplers import scheduler_from
from PIL import Image
from random_models import MODELS, build, encode, pipeline
from resizing import picture
from vector_index import VECTORS, record


def request(name, scheduler, **changes):
    return {
        "name": name, "scheduler": scheduler, "prompt": "a red apple", "negativePrompt": "blurry", "seed": 5, "steps": 6, "guidanceScale": 6,
        "width": 48, "height": 48, "numImages": 1, "strength": 1, "maskBox": [8, 16, 40, 40], **changes,
    }


def requests():
    return [
        request("pndm", "pndm"),
        request("euler_a-part", "euler_a", strength=0.7, width=56, height=40),
        request("dpmpp_2m-unguided", "dpmpp_2m", guidanceScale=1, strength=0.9),
        request("heun-second-of-two", "heun", numImages=2, only=1),
    ]


def main():
    torch.set_num_threads(1)
    model = copy.deepcopy(MODELS["A"])
    model["configs"]["unet/config.json"]["in_channels"] = 9
    MODELS["inpaint"] = model
    pipe = pipeline(build("inpaint"))
    config = pipe.scheduler.config
    pipe = diffusers.StableDiffusionInpaintPipeline(**pipe.components, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    tensors, cases = [], requests()
    for case in cases:
        seed = case["seed"] + case.get("only", 0)
        pipe.scheduler = scheduler_from(case["scheduler"], config)

        def draw(**changes):
            asked = {**case, **changes}
            image = pipe(
                asked["prompt"], image=Image.fromarray(picture(asked["width"], asked["height"])), mask_image=mask(asked), width=asked["width"],
                height=asked["height"], negative_prompt=asked["negativePrompt"], num_inference_steps=asked["steps"], strength=asked["strength"],
                guidance_scale=asked["guidanceScale"], generator=torch.Generator().manual_seed(seed), output_type="np",
            ).images[0]
            return (image * 255).round().astype(np.uint8)

        drawn, other = draw(), draw(maskBox=[0, 0, 16, 16])
        error = np.mean((drawn.astype(float) - other.astype(float)) ** 2)
        print(case["name"], f"std {drawn.std():.1f}, other mask {10 * np.log10(255**2 / error):.1f} dB", flush=True)
        assert drawn.std() > 8 and error > 255**2 / 10**4
        file = png(drawn)
        tensors.append((case["name"], "U8", [len(file)], file))
    (VECTORS / "pictures-inpaint.json").write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
    (VECTORS / "pictures-inpaint.safetensors").write_bytes(encode(tensors))
    for kind in ("json", "safetensors"):
        because = "a UNet of nine channels sees the mask and the masked picture as diffusers shows them to it"
        record(f"pictures-inpaint.{kind}", f"pictures-inpaint.{kind}", "recipes/inpainting.py", "diffusers", "50 dB PSNR", because)


if __name__ == "__main__":
    main()
