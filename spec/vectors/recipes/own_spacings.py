"""Every sampler's final latents where the model's own scheduler config asks for Karras's or exponential levels: by diffusers' steps, each
class `from_config` of the DPMSolverMultistepScheduler that such models come with. Classes without such levels have the model's.

    python spec/vectors/recipes/own_spacings.py   (from the repository's root)
"""
import json
import math

import diffusers
import k_samplers
from schedules import CONFIGS
from vector_index import record

SPACINGS = {"karras": "use_karras_sigmas", "exponential": "use_exponential_sigmas"}
LABEL = "SD 1.5"


def main():
    lines = []
    for spacing, key in SPACINGS.items():
        def scheduler_of(name, config, sigmas="model", seed=0):
            own = diffusers.DPMSolverMultistepScheduler.from_config({"_class_name": "DPMSolverMultistepScheduler", **k_samplers.snake(config), key: True})
            return k_samplers.scheduler_from(name, own.config, sigmas, seed)

        k_samplers.scheduler_of = scheduler_of
        for name in k_samplers.NAMES:
            for steps in (7,):
                told, latents = k_samplers.draw(name, CONFIGS[LABEL], steps)
                assert all(map(math.isfinite, latents)), (name, spacing, steps)
                case = {"scheduler": name, "config": LABEL, "own": spacing, "steps": steps, "seed": steps, "shape": k_samplers.SHAPE}
                case["timesteps"] = [float(f"{t:.7g}") for t in told]
                case["latents"] = [float(f"{v:.8g}") for v in latents]
                lines.append(json.dumps(case, separators=(",", ":")))
    with open("spec/vectors/own-spacings.json", "w") as f:
        f.write("[\n%s\n]\n" % ",\n".join(lines))
    because = "a model whose scheduler config asks for Karras's or exponential levels is drawn with them, as diffusers' from_config does"
    record("own-spacings", "own-spacings.json", "recipes/own_spacings.py", "diffusers", "2e-5 of the largest value; 1e-3 of a Brownian path", because)


main()
