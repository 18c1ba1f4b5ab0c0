"""Pictures of the demo model in two passes, by diffusers' pipelines, float32, for `npm run fidelity`: StableDiffusionPipeline's latents,
or its picture, brought to a larger size, and StableDiffusionImg2ImgPipeline from there with a generator of the same seed, as
stable-diffusion-webui 1.10 draws its "Hires. fix" (`sample_hr_pass` in its modules/processing.py, `setup_img2img_steps` in
sd_samplers_common.py).

Requests are in the words of ImageRequest.
    nice python spec/vectors/recipes/fidelity_hires.py   (from the repository's root)
"""

import diffusers
import numpy as np
import torch
from fidelity import png, request, write
from interpolation import MODES
from k_samplers import scheduler_from
from PIL import Image
from random_models import ROOT, pipeline

LATENT = {
    "latent": "bilinear", "latent_antialiased": "bilinear-antialiased", "latent_bicubic": "bicubic",
    "latent_bicubic_antialiased": "bicubic-antialiased", "latent_nearest": "nearest", "latent_nearest_exact": "nearest-exact",
}
PIXELS = {"lanczos": Image.Resampling.LANCZOS, "nearest": Image.Resampling.NEAREST}


def requests():
    cases = []

    def add(scheduler, label, size, **changes):
        width, height = size
        case = request(f"{scheduler}-hires{label}", len(cases), scheduler, width=width, height=height, steps=8)
        cases.append({**case, **changes})

    add("pndm", "", (48, 40), hiresScale=1.5)
    add("euler_a", "", (40, 48), hiresScale=1.5, hiresUpscaler="latent_bicubic_antialiased", hiresSteps=5, hiresStrength=0.5)
    add("dpmpp_2m", "-lanczos", (48, 48), hiresScale=1.34, hiresUpscaler="lanczos", sigmas="karras", hiresStrength=0.45)
    add("dpmpp_sde", "-second-of-two", (40, 40), hiresScale=1.4, hiresUpscaler="latent_nearest_exact", numImages=2, only=1)
    add("heun", "-nearest", (40, 48), hiresScale=1.4, hiresUpscaler="nearest", hiresStrength=1, steps=5)
    add("lcm", "", (48, 48), hiresScale=1.34, hiresUpscaler="latent_antialiased", steps=4, hiresStrength=0.6)
    add("euler", "-other-shape", (40, 48), hiresSize={"width": 72, "height": 56}, hiresUpscaler="latent_bicubic")
    add("ddim", "-unguided", (40, 40), hiresScale=1.4, hiresUpscaler="latent_nearest", guidanceScale=1)
    return cases


def sizes(case):
    """Where the first pass is brought to, and what of it is drawn, pixels."""
    width, height = case["width"], case["height"]
    if "hiresSize" not in case:
        size = tuple(int(side * case["hiresScale"]) // 8 * 8 for side in (width, height))
        return size, size
    to = case["hiresSize"]["width"], case["hiresSize"]["height"]
    if width / height < to[0] / to[1]:
        return (to[0], to[0] * height // width // 8 * 8), to
    return (to[1] * width // height // 8 * 8, to[1]), to


def center(size, whole):
    return (whole - size) // 2, (whole - size) // 2 + size


def draw(pipes, config, case):
    seed, upscaler = case["seed"] + case.get("only", 0), case.get("hiresUpscaler", "latent")
    (width, height), to = sizes(case)
    steps = case.get("hiresSteps", 0) or case["steps"]
    strength = case.get("hiresStrength", 0.7)
    scheduled = int(steps / min(strength, 0.999))
    shared = {"negative_prompt": case["negativePrompt"], "guidance_scale": case["guidanceScale"]}

    def run(pipe, **options):
        pipe.scheduler = scheduler_from(case["scheduler"], config, case.get("sigmas", "model"), seed)
        return pipe(case["prompt"], generator=torch.Generator().manual_seed(seed), **shared, **options).images

    first = run(pipes["first"], num_inference_steps=case["steps"], width=case["width"], height=case["height"], output_type="latent" if upscaler in LATENT else "pil")
    (left, right), (top, bottom) = center(to[0], width), center(to[1], height)
    if upscaler in LATENT:
        mode, antialias = MODES[LATENT[upscaler]]
        large = torch.nn.functional.interpolate(first, size=(height // 8, width // 8), mode=mode, antialias=antialias)
        (left, right), (top, bottom) = center(to[0] // 8, width // 8), center(to[1] // 8, height // 8)
        start = large[:, :, top:bottom, left:right]
    else:
        start = first[0].resize((width, height), PIXELS[upscaler]).crop((left, top, right, bottom))
    # As many steps as are asked for, whatever the quotient of two floats is cut down to.
    [picture] = run(pipes["second"], image=start, num_inference_steps=scheduled, strength=min((steps + 0.5) / scheduled, 1), output_type="np")
    return (picture * 255).round().astype(np.uint8)


def main():
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config = pipe.scheduler.config
    pipes = {"first": pipe, "second": diffusers.StableDiffusionImg2ImgPipeline(**pipe.components, requires_safety_checker=False)}
    for each in pipes.values():
        each.set_progress_bar_config(disable=True)
    tensors, cases = [], requests()
    for case in cases:
        picture = draw(pipes, config, case)
        file = png(picture)
        tensors.append((case["name"], "U8", [len(file)], file))
        print(case["name"], picture.shape, f"std {picture.std():.1f}, {len(file)} bytes", flush=True)
        assert picture.std() > 8, "a reference worth comparing with has contrast"
    write("fidelity-hires", "fidelity_hires.py", cases, tensors, "the demo model's pictures in two passes")


if __name__ == "__main__":
    main()
