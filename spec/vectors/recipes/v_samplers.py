"""Final latents of diffusers' own scheduler steps where the network predicts v, with the stand-in of samplers.py.

    python spec/vectors/recipes/v_samplers.py   (from the repository's root)
"""
import json
import math

from samplers import SHAPE, draw
from schedules import CLASSES, CONFIGS
from vector_index import record

CASES = [("SD 1.5", steps) for steps in (1, 2, 3, 4, 5, 7, 20, 50, 333)]
CASES += [(label, steps) for label in ("leading named", "linspace", "trailing", "alpha to one") for steps in (2, 7, 20)]

cases = []
for label, steps in CASES:
    for name in CLASSES:
        latents = [float(f"{v:.9g}") for v in draw(name, {**CONFIGS[label], "predictionType": "v_prediction"}, steps)]
        assert all(map(math.isfinite, latents))
        case = {"scheduler": name, "config": label, "steps": steps, "seed": steps, "shape": SHAPE, "latents": latents}
        cases.append(json.dumps(case, separators=(",", ":")))
with open("spec/vectors/v-samplers.json", "w") as f:
    f.write("[\n" + ",\n".join(cases) + "\n]\n")
print(len(cases), "cases")
record("v-samplers", "v-samplers.json", "recipes/v_samplers.py", "diffusers", "1e-5 of the largest value",
       "each sampler takes diffusers' steps where the network predicts v")
