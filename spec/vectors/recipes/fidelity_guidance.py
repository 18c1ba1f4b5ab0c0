"""Pictures of the demo model by diffusers' StableDiffusionPipeline for `npm run fidelity` that are guided in other ways.
Rescaled guidance is the pipeline's own; the rest happens in its UNet's answers: where guidance is skipped the pipeline is
handed the prompt's answer as both, where it is done elsewhere what came out there. Which steps are skipped says a guider of diffusers.

Writes spec/vectors/fidelity-guidance.json and fidelity-guidance.safetensors as fidelity.py does.
    nice python spec/vectors/recipes/fidelity_guidance.py FOLDER COMFY   (a minute)
FOLDER is a checkout of github.com/mcmonkeyprojects/sd-dynamic-thresholding, commit 73e4e04, of which `dynthres_core.py` is
imported; COMFY one of github.com/comfyanonymous/ComfyUI, commit 041b882, of whose comfy_extras/nodes_perpneg.py the function
`perp_neg` is taken alone.
"""
import ast
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers.guiders import ClassifierFreeGuidance
from fidelity import png, request, write
from k_samplers import scheduler_from
from random_models import ROOT, pipeline

SMALL = {"width": 96, "height": 96, "steps": 10}


def requests():
    return [
        request("pndm-rescale", 0, "pndm", **SMALL, guidanceScale=12, guidanceRescale=0.7),
        request("euler-interval", 3, "euler", **SMALL, guidanceInterval=[0.25, 0.78], negativePrompt="snow"),
        request("dpmpp_2m-interval-rescale", 5, "dpmpp_2m", **{**SMALL, "height": 120}, guidanceInterval=[0, 0.6], guidanceRescale=1),
        request("euler-mimic", 9, "euler", **SMALL, guidanceScale=15, mimicScale=5, mimicPercentile=98.5),
        request("euler-perpendicular", 8, "euler", **SMALL, negativePrompt="a blue fish, a green tree", perpendicularNegative=1.5),
    ]


# Left out where it is asked what difference they make.
OURS = ("guidanceRescale", "guidanceInterval", "mimicScale", "mimicPercentile", "perpendicularNegative")


class Unet:
    """The UNet in the pipeline: what it answers to the negative prompt and the prompt is changed before the pipeline guides."""

    def __init__(self, pipe, case):
        self.pipe, self.case, self.step = pipe, case, 0
        self.forward = pipe.unet.forward
        self.empty = pipe.encode_prompt("", "cpu", 1, False)[0]
        start, stop = case.get("guidanceInterval", [0, 1])
        self.guider = ClassifierFreeGuidance(case["guidanceScale"], start=start, stop=stop)

    def __enter__(self):
        self.pipe.unet.forward = self.answer

    def __exit__(self, *_):
        self.pipe.unet.forward = self.forward

    def answer(self, sample, timestep, **rest):
        negative, prompt = self.forward(sample, timestep, **rest)[0].chunk(2)
        # One answer a step: pndm has one more, and is not asked for an interval.
        self.guider.set_state(self.step, self.case["steps"], timestep)
        if "guidanceInterval" in self.case and not self.guider._is_cfg_enabled():
            negative = prompt
        if "mimicScale" in self.case:
            negative = prompt = self.mimicked(sample, negative, prompt)
        if "perpendicularNegative" in self.case:
            empty = self.forward(sample[:1], timestep, **{**rest, "encoder_hidden_states": self.empty})[0]
            negative = prompt = perp_neg(None, prompt, negative, empty, self.case["perpendicularNegative"], self.case["guidanceScale"])
        self.step += 1
        return (torch.cat([negative, prompt]),)

    def mimicked(self, sample, negative, prompt):
        """As scripts/dynamic_thresholding.py of the extension has it done: of what is denoised, with the settings it begins with."""
        core, case = DynThresh(self.case["mimicScale"], self.case["mimicPercentile"] * 0.01, "Constant", 0, "Constant", 0, 4, 0, self.case["steps"], True, "MEAN", "AD", 1), self.case
        core.step = self.step
        sigma = self.pipe.scheduler.sigmas[self.step]
        x = sample[:1] * (sigma**2 + 1) ** 0.5
        denoised = core.dynthresh(x - sigma * prompt, x - sigma * negative, case["guidanceScale"], torch.ones(1, 1, 1, 1, 1))
        return (x - denoised) / sigma


def draw(pipe, config, case):
    pipe.scheduler = scheduler_from(case["scheduler"], config, "model", case["seed"])
    with Unet(pipe, case):
        picture = pipe(
            case["prompt"], negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"],
            guidance_scale=case["guidanceScale"], guidance_rescale=case.get("guidanceRescale", 0.0),
            width=case["width"], height=case["height"], output_type="np", generator=torch.Generator().manual_seed(case["seed"]),
        ).images[0]
    return (picture * 255).round().astype(np.uint8)


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config = pipe.scheduler.config
    tensors, cases = [], requests()
    for case in cases:
        picture = draw(pipe, config, case)
        plain = draw(pipe, config, {key: value for key, value in case.items() if key not in OURS})
        apart = 10 * np.log10(255**2 / np.mean((picture.astype(float) - plain) ** 2))
        assert picture.std() >= 8, f"a reference worth comparing with has contrast: {case['name']}"
        assert apart < 40, f"a reference worth comparing with is not what is drawn anyway: {case['name']}, {apart:.1f} dB"
        tensors.append((case["name"], "U8", [len(data := png(picture))], data))
        print(case["name"], f"std {picture.std():.1f}, {apart:.1f} dB from plain guidance, {len(data)} bytes", flush=True)
    write("fidelity-guidance", "fidelity_guidance.py", cases, tensors, "the demo model's pictures guided in other ways")


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    from dynthres_core import DynThresh

    source = ast.parse((Path(sys.argv[2]) / "comfy_extras" / "nodes_perpneg.py").read_text())
    source.body = [part for part in source.body if isinstance(part, ast.FunctionDef) and part.name == "perp_neg"]
    exec(compile(source, "nodes_perpneg.py", "exec"))

    main()
