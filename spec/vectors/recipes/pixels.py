"""8-bit pixels as diffusers' VaeImageProcessor makes them, at the values where rounding and clamping decide.

    python spec/vectors/recipes/pixels.py   (from the repository's root)
"""
import json

import numpy as np
import torch
from diffusers.image_processor import VaeImageProcessor
from vector_index import record

ties = ((np.arange(256) + 0.5) / 255 * 2 - 1).astype(np.float32)
around = np.concatenate([ties, np.nextafter(ties, np.float32(2)), np.nextafter(ties, np.float32(-2))])
edges = np.float32([-1e30, -2, -1.0000001, -1, -0.9999999, -1e-30, -0.0, 0, 1e-30, 0.5, 0.9999999, 1, 1.0000001, 7])
spread = torch.randn(997, generator=torch.Generator().manual_seed(3)).numpy()
values = np.concatenate([around, edges, spread])
values = values[: len(values) // 3 * 3].reshape(1, 3, 1, -1)
(picture,) = VaeImageProcessor().postprocess(torch.from_numpy(values), output_type="pil")
pixels = np.asarray(picture)
assert pixels.shape == (1, values.shape[-1], 3)
with open("spec/vectors/pixels.json", "w") as f:
    floats = [float(f"{v:.9g}") for v in values.flatten()]
    f.write(json.dumps({"shape": values.shape, "image": floats, "pixels": pixels.flatten().tolist()}) + "\n")
print(values.shape)
record("pixels", "pixels.json", "recipes/pixels.py", "diffusers", "exact", "floats become the same 8-bit levels, ties and all")
