"""Timesteps and sigmas of diffusers' PNDM, DDIM and Euler schedulers, made by `from_config` from a model's own
scheduler_config.json (given here in the camel case of models/sd15.ts), and where they fail. `sigmas` are those that each step starts from.

    python spec/vectors/recipes/schedules.py   (from the repository's root)
"""
import json

from diffusers import DDIMScheduler, EulerDiscreteScheduler, PNDMScheduler
from vector_index import record

CLASSES = {"pndm": PNDMScheduler, "ddim": DDIMScheduler, "euler": EulerDiscreteScheduler}
SNAKE = {
    "numTrainTimesteps": "num_train_timesteps",
    "betaStart": "beta_start",
    "betaEnd": "beta_end",
    "betaSchedule": "beta_schedule",
    "predictionType": "prediction_type",
    "stepsOffset": "steps_offset",
    "setAlphaToOne": "set_alpha_to_one",
    "skipPrkSteps": "skip_prk_steps",
    "timestepSpacing": "timestep_spacing",
}
BASE = {
    "numTrainTimesteps": 1000,
    "betaStart": 0.00085,
    "betaEnd": 0.012,
    "betaSchedule": "scaled_linear",
    "predictionType": "epsilon",
    "skipPrkSteps": True,
}
SD15 = {**BASE, "stepsOffset": 1, "setAlphaToOne": False}
CONFIGS = {
    "SD 1.5": SD15,
    "absent keys": BASE,
    "leading named": {**SD15, "timestepSpacing": "leading"},
    "linspace": {**SD15, "timestepSpacing": "linspace"},
    "trailing": {**SD15, "timestepSpacing": "trailing", "setAlphaToOne": True},
    "linear betas": {**SD15, "betaSchedule": "linear", "betaStart": 0.0001, "betaEnd": 0.02},
    "no offset": {**SD15, "stepsOffset": 0},
    "alpha to one": {**SD15, "setAlphaToOne": True},
    "777 timesteps": {**SD15, "numTrainTimesteps": 777},
}
STEPS = [1, 2, 3, 4, 5, 7, 20, 48, 50, 61, 333, 501, 999, 1000, 1001]


def scheduler_of(name, config):
    """As a user gets it: the model's own scheduler, then another by `from_config`; samples are not clipped."""
    own = PNDMScheduler.from_config({"_class_name": "PNDMScheduler", **{SNAKE[k]: v for k, v in config.items()}})
    extra = {"clip_sample": False} if name == "ddim" else {}
    return CLASSES[name].from_config(own.config, **extra)


def sample(values):
    """Short lists whole, long ones at both ends."""
    values = [float(f"{v:.9g}") for v in values]
    return values if len(values) <= 62 else {"length": len(values), "first": values[:4], "last": values[-4:]}


def outcome(name, config, steps):
    scheduler = scheduler_of(name, config)
    try:
        scheduler.set_timesteps(steps)
        timesteps = scheduler.timesteps.tolist()
        if name == "euler":
            sigmas = scheduler.sigmas.tolist()
            return {
                "timesteps": sample(timesteps),
                "sigmas": sample(sigmas[:-1]),
                "finalSigma": sigmas[-1],
                "initialSigma": float(scheduler.init_noise_sigma),
            }
        alphas = scheduler.alphas_cumprod.double()
        sigma = ((1 - alphas) / alphas).sqrt()
        stride = config["numTrainTimesteps"] // steps
        last = timesteps[-1] - stride
        departs = list(timesteps)
        if name == "pndm" and len(departs) > 1:
            departs[1] += stride  # `step_plms` with counter 1
        final = ((1 - scheduler.final_alpha_cumprod) / scheduler.final_alpha_cumprod).double().sqrt()
        return {
            "timesteps": sample(timesteps),
            "sigmas": sample([sigma[t].item() for t in departs]),
            "finalSigma": (sigma[last] if last >= 0 else final).item(),
            "initialSigma": (sigma[timesteps[0]].item() ** 2 + 1) ** 0.5,
        }
    except (IndexError, ValueError) as error:
        return {"fails": type(error).__name__}


def main():
    table = PNDMScheduler.from_config({SNAKE[k]: v for k, v in SD15.items()}).alphas_cumprod.double()
    with open("spec/vectors/schedules.json", "w") as f:
        cases = [
            json.dumps({"scheduler": name, "config": label, "steps": steps, **outcome(name, config, steps)})
            for label, config in CONFIGS.items()
            for name in CLASSES
            for steps in STEPS
        ]
        configs = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in CONFIGS.items())
        alphas = json.dumps([table[t].item() for t in range(0, 1000, 27)])
        f.write('{"configs": {\n%s\n},\n"alphasCumprodEvery27th": %s,\n"cases": [\n%s\n]}\n' % (configs, alphas, ",\n".join(cases)))
    print(len(cases), "cases")
    because = "timesteps and noise levels are diffusers', for every spacing and number of steps"
    record("schedules", "schedules.json", "recipes/schedules.py", "diffusers", "1e-6 relative; timesteps exact", because)


if __name__ == "__main__":
    main()
