"""Pictures of the demo model by diffusers' StableDiffusionPipeline for `npm run fidelity` as if it had come with another scheduler config:
one that says v-prediction, zero terminal SNR, Karras's or exponential levels. It was trained for none of them, and its pictures are no
sight; but they are the same in both.

Writes spec/vectors/fidelity-schedules.json and fidelity-schedules.safetensors as fidelity.py does. `scheduleConfig` is what differs.
    nice python spec/vectors/recipes/fidelity_schedules.py   (from the repository's root; a minute)
"""
import diffusers
import numpy as np
import torch
from fidelity import png, request, write
from k_samplers import scheduler_from, snake
from random_models import ROOT, pipeline

SMALL = {"width": 64, "height": 56, "steps": 8, "guidanceScale": 4}
V = {"predictionType": "v_prediction"}
ZERO_SNR = {**V, "rescaleBetasZeroSnr": True, "timestepSpacing": "trailing"}
SPACINGS = {"karras": "use_karras_sigmas", "exponential": "use_exponential_sigmas"}


def requests():
    cases = []

    def add(scheduler, label, config, **changes):
        cases.append(request(f"{scheduler}-{label}", len(cases), scheduler, **{**SMALL, **changes}, scheduleConfig=config))

    add("pndm", "v", V)
    add("euler", "v", V)
    add("dpmpp_2m", "v", V, sigmas="karras")
    add("ddim", "zero-snr", ZERO_SNR, guidanceRescale=0.7)
    add("euler", "zero-snr", ZERO_SNR, guidanceRescale=0.7, guidanceScale=7.5)
    add("dpmpp_2m", "zero-snr", ZERO_SNR, guidanceRescale=0.7)
    add("unipc", "zero-snr", ZERO_SNR)
    add("dpmpp_2m", "own-karras", {"sigmaSpacing": "karras"})
    add("euler", "own-exponential", {"sigmaSpacing": "exponential"})
    add("ddim", "own-karras", {"sigmaSpacing": "karras"})
    return cases


def draw(pipe, case):
    changes = dict(case["scheduleConfig"])
    spacing = {SPACINGS[changes.pop("sigmaSpacing")]: True} if "sigmaSpacing" in changes else {}
    changes = {**snake(changes), **spacing}
    config = dict(pipe.scheduler.config)
    # What a config says is somebody's choice, and goes on to every class.
    others = [key for key in config["_use_default_values"] if key not in changes]
    own = diffusers.StableDiffusionPipeline(**pipe.components, requires_safety_checker=False)
    own.set_progress_bar_config(disable=True)
    config = {**config, **changes, "_use_default_values": others}
    own.scheduler = scheduler_from(case["scheduler"], config, case.get("sigmas", "model"), case["seed"])
    said = own.scheduler.config
    for key, value in changes.items():
        assert said.get(key) == value, f"{case['name']}: {key} is {said.get(key)}"
    picture = own(
        case["prompt"], negative_prompt=case["negativePrompt"], guidance_scale=case["guidanceScale"], num_inference_steps=case["steps"],
        guidance_rescale=case.get("guidanceRescale", 0), width=case["width"], height=case["height"],
        output_type="np", generator=torch.Generator().manual_seed(case["seed"]),
    ).images[0]
    return (picture * 255).round().astype(np.uint8)


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    cases, tensors = requests(), []
    for case in cases:
        picture = draw(pipe, case)
        assert picture.std() >= 8, f"a reference worth comparing with has contrast: {case['name']}, {picture.std():.1f}"
        plain = draw(pipe, {**case, "scheduleConfig": {}})
        apart = np.abs(picture.astype(int) - plain.astype(int)).mean()
        assert apart > 3 or case["name"] == "ddim-own-karras", f"a reference is not the picture without: {case['name']}, {apart:.1f}"
        tensors.append((case["name"], "U8", [len(data := png(picture))], data))
        print(case["name"], f"std {picture.std():.1f}, {apart:.1f} from plain, {len(data)} bytes", flush=True)
    write("fidelity-schedules", "fidelity_schedules.py", cases, tensors, "the demo model's pictures under other scheduler configs")


if __name__ == "__main__":
    main()
