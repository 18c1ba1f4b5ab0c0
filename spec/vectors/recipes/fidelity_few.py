"""Pictures of the demo model by diffusers' StableDiffusionPipeline for `npm run fidelity` that are drawn in few steps, or with a tiny VAE.
Of a model that is told the scale of guidance (LCM), the demo model's UNet is one with a made-up `cond_proj`, which lies with the pictures.

Writes spec/vectors/fidelity-few.json and fidelity-few.safetensors as fidelity.py does. `tinyVae` is the demo model's.
    nice python spec/vectors/recipes/fidelity_few.py   (from the repository's root; a minute)
"""

import diffusers
import numpy as np
import torch
from fidelity import png, request, write
from fidelity_images import start
from hashed import uniform
from k_samplers import scheduler_from
from networks import tensor
from random_models import ROOT, pipeline

SMALL = {"width": 80, "height": 80, "guidanceScale": 1}
TOLD = 16


def requests():
    cases = []

    def add(scheduler, label, **changes):
        cases.append(request(f"{scheduler}-{label}", len(cases), scheduler, **{**SMALL, **changes}))

    add("lcm", "guided-4", steps=4, guidanceScale=1.5)
    add("lcm", "from-800", steps=2, timesteps=[799, 399])
    add("lcm", "told", steps=4, guidanceScale=8, guidanceTold=True)
    for steps in (1, 4, 8):
        add("ddim", f"trailing-{steps}", steps=steps, timestepSpacing="trailing")
    add("tcd", "from-800", steps=1, timesteps=[800], eta=1)
    add("tcd", "timesteps", steps=3, timesteps=[999, 600, 240], eta=0.5)
    add("euler", "trailing-4", steps=4, timestepSpacing="trailing")
    add("euler_a", "trailing-2", steps=2, timestepSpacing="trailing")
    add("heun", "timesteps", steps=3, timesteps=[999, 700, 250], guidanceScale=2)
    add("ddpm", "timesteps", steps=4, timesteps=[980, 700, 420, 140], guidanceScale=2)
    add("dpmpp_2m", "timesteps", steps=4, timesteps=[999, 800, 500, 200], guidanceScale=3)
    add("euler", "tiny", steps=10, guidanceScale=7.5, tinyVae={"file": "demo"})
    add("ddim", "from-tiny", steps=10, guidanceScale=5, strength=0.6, initFrom="euler-square", tinyVae={"file": "demo", "use": "both"})
    add("euler", "from-tiny-latents", steps=8, guidanceScale=5, strength=0.5, initFrom="euler-square", tinyVae={"file": "demo", "use": "encoding"}, width=64)
    return cases


class Halves(torch.nn.Module):
    """A VAE to the pipeline: one encodes, another decodes."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder_vae, self.decoder_vae, self.config = encoder, decoder, decoder.config
        self.dtype, self.device = torch.float32, torch.device("cpu")

    def encode(self, image):
        return self.encoder_vae.encode(image)

    def decode(self, latents, **rest):
        return self.decoder_vae.decode(latents, **rest)


def draw(pipe, case, vaes, told, config):
    parts = dict(pipe.components)
    if "tinyVae" in case:
        parts["vae"] = vaes[case["tinyVae"].get("use", "decoding")]
    if case.get("guidanceTold"):
        parts["unet"] = told
    kind = diffusers.StableDiffusionImg2ImgPipeline if "initFrom" in case else diffusers.StableDiffusionPipeline
    own = kind(**parts, requires_safety_checker=False)
    own.set_progress_bar_config(disable=True)
    if case.get("tinyVae", {}).get("use") == "encoding":
        # Latents of a tiny VAE are scaled by 1; the pipeline, which knows one VAE, scales by the decoder's.
        factor, encode_image = pipe.vae.config.scaling_factor, own.vae.encode
        own.vae.encode = lambda image: type("Said", (), {"latents": encode_image(image).latents / factor})()
    if "timestepSpacing" in case:
        # As `from_config(…, timestep_spacing=…)` does it: what was nobody's choice is otherwise left to each class.
        others = [key for key in config["_use_default_values"] if key != "timestep_spacing"]
        config = {**config, "timestep_spacing": case["timestepSpacing"], "_use_default_values": others}
    own.scheduler = scheduler_from(case["scheduler"], config, "model", case["seed"])
    options = {"timesteps": case["timesteps"]} if "timesteps" in case else {"num_inference_steps": case["steps"]}
    if "eta" in case:
        options["eta"] = case["eta"]
    if "initFrom" in case:
        options.update(image=start(case), strength=case["strength"])
    else:
        options.update(width=case["width"], height=case["height"])
    picture = own(
        case["prompt"], negative_prompt=case["negativePrompt"], guidance_scale=case["guidanceScale"],
        output_type="np", generator=torch.Generator().manual_seed(case["seed"]), **options,
    ).images[0]
    return (picture * 255).round().astype(np.uint8)


def told_unet(unet):
    weight = (uniform("cond_proj", 96 * TOLD) * 0.3).astype(np.float32).reshape(96, TOLD)
    told = diffusers.UNet2DConditionModel.from_config({**unet.config, "time_cond_proj_dim": TOLD})
    told.load_state_dict({**unet.state_dict(), "time_embedding.cond_proj.weight": torch.from_numpy(weight)})
    return told, weight


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    tiny = diffusers.AutoencoderTiny.from_pretrained(ROOT / "models" / "demo" / "tiny_vae", torch_dtype=torch.float32)
    vaes = {"decoding": tiny, "both": tiny, "encoding": Halves(tiny, pipe.vae)}
    told, weight = told_unet(pipe.unet)
    cases = requests()
    tensors = [tensor("cond_proj", weight)]
    for case in cases:
        picture = draw(pipe, case, vaes, told, dict(pipe.scheduler.config))
        assert picture.std() >= 8, f"a reference worth comparing with has contrast: {case['name']}, {picture.std():.1f}"
        tensors.append((case["name"], "U8", [len(data := png(picture))], data))
        print(case["name"], f"std {picture.std():.1f}, {len(data)} bytes", flush=True)
    write("fidelity-few", "fidelity_few.py", cases, tensors, "the demo model's pictures in few steps, and with a tiny VAE")


if __name__ == "__main__":
    main()
