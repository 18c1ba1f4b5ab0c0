"""Every sampler's final latents by diffusers' own scheduler steps, with the network of samplers.py, for every spacing of
sigmas, both predictions, zero terminal SNR, and the noise of a seeded generator (of a seeded Brownian path where diffusers asks
for one). `timesteps` are what the network was told, call by call.

    python spec/vectors/recipes/k_samplers.py   (from the repository's root)
"""
import json
import math

import diffusers
import numpy as np
import torch
from samplers import SHAPE, network
from schedules import CONFIGS, SNAKE
from vector_index import record

NAMES = {
    "pndm": ("PNDMScheduler", {}),
    "ddim": ("DDIMScheduler", {"clip_sample": False}),
    "ddpm": ("DDPMScheduler", {"clip_sample": False}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_a": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "lms": ("LMSDiscreteScheduler", {}),
    "dpm2": ("KDPM2DiscreteScheduler", {}),
    "dpm2_a": ("KDPM2AncestralDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++"}),
    "dpmpp_sde": ("DPMSolverSDEScheduler", {}),
    "dpmpp_2m_sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    "dpmpp_3m_sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++", "solver_order": 3}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "deis": ("DEISMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
}
SPACED = ["euler", "euler_a", "heun", "lms", "dpm2", "dpm2_a", "dpmpp_2m", "dpmpp_sde", "dpmpp_2m_sde", "dpmpp_3m_sde", "unipc", "deis"]
ZERO_SNR = ["ddim", "ddpm", "euler", "euler_a", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m_sde", "unipc", "lcm", "tcd"]
AYS = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029]


def align_your_steps(steps, _):
    """diffusers' AysSchedules at 10 steps; ComfyUI's log-linear interpolation of it otherwise."""
    return np.exp(np.interp(np.linspace(0, 1, steps + 1), np.linspace(0, 1, len(AYS)), np.log(AYS)))[:-1]


def sgm_uniform(steps, scheduler):
    """stable-diffusion-webui's: k-diffusion's log-linear t_to_sigma at evenly spaced timesteps, the last left out."""
    logs = (((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod) ** 0.5).numpy()
    return np.exp(np.interp(np.linspace(len(logs) - 1, 0, steps + 1)[:-1], np.arange(len(logs)), np.log(logs)))


CUSTOM = {"align_your_steps": align_your_steps, "sgm_uniform": sgm_uniform}


def snake(config):
    names = {**SNAKE, "rescaleBetasZeroSnr": "rescale_betas_zero_snr"}
    return {names[key]: value for key, value in config.items()}


def scheduler_of(name, config, sigmas="model", seed=0):
    """As a user gets it: the model's own scheduler, then another by `from_config`."""
    own = diffusers.DDIMScheduler if config.get("rescaleBetasZeroSnr") else diffusers.PNDMScheduler
    return scheduler_from(name, own.from_config({"_class_name": own.__name__, **snake(config)}).config, sigmas, seed)


def scheduler_from(name, own, sigmas="model", seed=0):
    """`own` is the config of the scheduler that came with the model; `seed` that of a Brownian path."""
    class_name, extra = NAMES[name]
    if name == "dpmpp_sde":
        extra = {**extra, "noise_sampler_seed": seed}
    if sigmas != "model":
        extra = {**extra, "use_exponential_sigmas": True} if sigmas == "exponential" else {**extra, "use_karras_sigmas": True}
    if name == "euler_a" and sigmas != "model":
        return ancestral_over(sigmas, own)
    scheduler = getattr(diffusers, class_name).from_config(own, **extra)
    if sigmas in CUSTOM:
        # Any levels can stand where Karras's would.
        scheduler._convert_to_karras = lambda in_sigmas, num_inference_steps=None: CUSTOM[sigmas](num_inference_steps or scheduler.num_inference_steps, scheduler)
    return scheduler


def ancestral_over(sigmas, own):
    """diffusers' Euler ancestral has no spacings: it is given Euler's levels and timesteps."""
    scheduler = diffusers.EulerAncestralDiscreteScheduler.from_config(own)
    extra = {"use_exponential_sigmas": True} if sigmas == "exponential" else {"use_karras_sigmas": True}
    euler = diffusers.EulerDiscreteScheduler.from_config(own, **extra)
    if sigmas in CUSTOM:
        euler._convert_to_karras = lambda in_sigmas, num_inference_steps: CUSTOM[sigmas](num_inference_steps, euler)
    plain = scheduler.set_timesteps

    def set_timesteps(steps, device=None):
        plain(steps, device)
        euler.set_timesteps(steps)
        scheduler.sigmas, scheduler.timesteps = euler.sigmas, euler.timesteps

    scheduler.set_timesteps = set_timesteps
    return scheduler


def step_options(name, generator, eta):
    """What a scheduler's `step` takes, as StableDiffusionPipeline finds it out."""
    options = {}
    if name in ("ddim", "ddpm", "euler_a", "dpm2_a", "dpmpp_2m_sde", "dpmpp_3m_sde", "lcm", "tcd"):
        options["generator"] = generator
    if eta is not None:
        options["eta"] = eta
    return options


def draw(name, config, steps, sigmas="model", eta=None):
    generator = torch.Generator().manual_seed(steps)
    scheduler = scheduler_of(name, config, sigmas, seed=steps)
    scheduler.set_timesteps(steps)
    latents = torch.randn(SHAPE, generator=generator) * scheduler.init_noise_sigma
    options = step_options(name, generator, eta)
    told = []
    for timestep in scheduler.timesteps:
        sample = scheduler.scale_model_input(latents, timestep)
        told.append(float(timestep))
        latents = scheduler.step(network(sample, timestep), timestep, latents, **options).prev_sample
    return told, latents.flatten().tolist()


def cases():
    few = ("lcm", "tcd")
    for name in NAMES:
        for steps in (1, 2, 3, 4, 5, 8, 14, 15, 20, 50) + (() if name in few else (333,)):
            yield name, "SD 1.5", steps, {}
        for label in ("absent keys", "leading named", "linspace", "trailing", "linear betas", "alpha to one"):
            for steps in (3, 7, 20):
                yield name, label, steps, {}
        for label in ("SD 1.5", "trailing"):
            for steps in (1, 4, 20):
                yield name, label, steps, {"predictionType": "v_prediction"}
    for name in SPACED:
        for sigmas in ("karras", "exponential", "sgm_uniform", "align_your_steps"):
            for label, steps in (("SD 1.5", 2), ("SD 1.5", 7), ("SD 1.5", 10), ("SD 1.5", 20), ("leading named", 20), ("SD 1.5", 29)):
                yield name, label, steps, {"sigmas": sigmas}
    for name in ZERO_SNR:
        for steps in (2, 8, 20):
            yield name, "zero SNR", steps, {"predictionType": "v_prediction"}
    for eta in (0.3, 1):
        for steps in (2, 5, 20):
            yield "ddim", "SD 1.5", steps, {"eta": eta}
    for eta in (0, 0.5, 1):
        for steps in (2, 5, 20):
            yield "tcd", "SD 1.5", steps, {"eta": eta}


def main():
    CONFIGS["zero SNR"] = {**CONFIGS["trailing"], "rescaleBetasZeroSnr": True}
    lines = []
    for name, label, steps, extra in cases():
        config = {**CONFIGS[label], **{k: v for k, v in extra.items() if k == "predictionType"}}
        options = {k: v for k, v in extra.items() if k != "predictionType"}
        told, latents = draw(name, config, steps, **options)
        assert all(map(math.isfinite, latents)), (name, label, steps, extra)
        case = {"scheduler": name, "config": label, "steps": steps, **extra, "seed": steps, "shape": SHAPE}
        if steps <= 20:
            case["timesteps"] = [float(f"{t:.7g}") for t in told]
        case["latents"] = [float(f"{v:.8g}") for v in latents]
        lines.append(json.dumps(case, separators=(",", ":")))
    with open("spec/vectors/k-samplers.json", "w") as f:
        f.write('{"zeroSnr":%s,\n"cases":[\n%s\n]}\n' % (json.dumps(CONFIGS["zero SNR"]), ",\n".join(lines)))
    print(len(lines), "cases")
    because = "every sampler over every spacing of sigmas takes diffusers' steps, noise included"
    record("k-samplers", "k-samplers.json", "recipes/k_samplers.py", "diffusers", "2e-5 of the largest value; 1e-3 of a Brownian path", because)


if __name__ == "__main__":
    main()
