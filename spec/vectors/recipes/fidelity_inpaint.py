"""Pictures of the demo model into a part of a picture and beyond its edges, by diffusers' StableDiffusionInpaintPipeline, float32, for `npm run
fidelity`: masks blurred and turned, only the part that a mask is in, and what stable-diffusion-webui calls "Masked content".

Requests are in the words of ImageRequest, with `initFrom`, `initSize` (to which that picture is brought before) and `maskBox` as in
fidelity_images.py in place of pixels.
    nice python spec/vectors/recipes/fidelity_inpaint.py   (from the repository's root)
"""
import io

import diffusers
import numpy as np
import torch
from blurring import box_mask, fill
from diffusers.image_processor import VaeImageProcessor
from fidelity import png, request, write
from fidelity_images import pictures
from k_samplers import scheduler_from
from PIL import Image, ImageOps
from random_models import ROOT, pipeline

SQUARE, WIDE = (64, 64), (72, 56)


def requests():
    cases = []

    def add(scheduler, label, size, **changes):
        width, height = size
        case = request(f"{scheduler}-into-{label}", len(cases), scheduler, width=width, height=height, steps=10, initFrom="euler-square")
        cases.append({**case, "maskBox": [16, 8, 48, 40], **changes})

    add("euler_a", "only-masked", WIDE, initSize=[80, 72], inpaintPadding=6, maskBlur=3, strength=0.8)
    add("pndm", "inverted", SQUARE, invertMask=True, strength=0.75)
    add("dpmpp_2m", "filled", WIDE, maskedContent="fill", maskBlur=4, strength=0.85, sigmas="karras")
    add("ddim", "noise", SQUARE, maskedContent="latent_noise", strength=0.8)
    add("heun", "nothing", SQUARE, maskedContent="latent_nothing", strength=0.7)
    add("unipc", "beyond", WIDE, initSize=[48, 48], outpaint=[16, 0, 8, 8], maskBlur=4, strength=0.9)
    del cases[-1]["maskBox"]
    return cases


def canvas(image, case):
    """The picture on its canvas, and the mask of what is new, as "Poor man's outpainting" of stable-diffusion-webui makes them."""
    left, top, right, bottom = case["outpaint"]
    seam = case["maskBlur"]
    whole = Image.new("RGB", (case["width"], case["height"]))
    whole.paste(image, (left, top))
    box = [left + seam * (left > 0), top + seam * (top > 0), whole.width - right - seam * (right > 0), whole.height - bottom - seam * (bottom > 0)]
    return whole, ImageOps.invert(box_mask(whole.size, box))


def draw(pipe, config, case):
    size = tuple(case.get("initSize", (case["width"], case["height"])))
    image = Image.open(io.BytesIO(pictures()[case["initFrom"]])).convert("RGB").resize(size, Image.Resampling.LANCZOS)
    image, mask = canvas(image, case) if "outpaint" in case else (image, box_mask(size, case["maskBox"]))
    mask = ImageOps.invert(mask) if case.get("invertMask") else mask
    blur = case.get("maskBlur", 0)
    mask = VaeImageProcessor.blur(mask, blur)
    content = case.get("maskedContent", "fill" if "outpaint" in case else "original")
    prepare = pipe.prepare_latents

    def with_content(*given, **options):
        """The latents of the picture, but noise or nothing where it is drawn anew, are what is begun from and kept."""
        latents, noise, image_latents = prepare(*given, **{**options, "return_noise": True, "return_image_latents": True})
        anew = torch.tensor(np.asarray(mask)[::8, ::8] >= 128).float()[None, None]
        image_latents = image_latents * (1 - anew) + anew * (noise if content == "latent_noise" else 0)
        return pipe.scheduler.add_noise(image_latents, noise, options["timestep"]), noise, image_latents

    pipe.scheduler = scheduler_from(case["scheduler"], config, case.get("sigmas", "model"), case["seed"])
    if content.startswith("latent"):
        pipe.prepare_latents = with_content
    try:
        padding = {"padding_mask_crop": case["inpaintPadding"]} if "inpaintPadding" in case else {}
        [picture] = pipe(
            case["prompt"], image=fill(image, mask) if content == "fill" else image, mask_image=mask, width=case["width"], height=case["height"],
            negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"], strength=case["strength"],
            guidance_scale=case["guidanceScale"], generator=torch.Generator().manual_seed(case["seed"]), output_type="pil", **padding,
        ).images
    finally:
        pipe.prepare_latents = prepare
    if blur == 0 or padding:
        return np.asarray(picture)
    twice = Image.fromarray(np.minimum(2 * np.asarray(mask).astype(int), 255).astype(np.uint8))
    return np.asarray(VaeImageProcessor(vae_scale_factor=8).apply_overlay(twice, image, picture))


def main():
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config = pipe.scheduler.config
    pipe = diffusers.StableDiffusionInpaintPipeline(**pipe.components, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    tensors, cases = [], requests()
    for case in cases:
        picture = draw(pipe, config, case)
        file = png(picture)
        tensors.append((case["name"], "U8", [len(file)], file))
        print(case["name"], picture.shape, f"std {picture.std():.1f}, {len(file)} bytes", flush=True)
        assert picture.std() > 8, "a reference worth comparing with has contrast"
    write("fidelity-inpaint", "fidelity_inpaint.py", cases, tensors, "the demo model's pictures into a part of a picture and beyond it")


if __name__ == "__main__":
    main()
