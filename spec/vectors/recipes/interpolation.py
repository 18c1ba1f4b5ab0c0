"""Latents of a hash (hashed.py) brought to other sizes by torch.nn.functional.interpolate, in all six ways that stable-diffusion-webui
has for them (`latent_upscale_modes` in its modules/shared_init.py), and pictures of resizing.py's formula by Pillow's NEAREST.

    python spec/vectors/recipes/interpolation.py   (from the repository's root)
"""
import hashlib
import json

import torch
from hashed import uniform
from PIL import Image
from random_models import encode
from resizing import picture
from vector_index import VECTORS, record

SIZES = [((5, 7), (9, 10)), ((6, 4), (15, 6)), ((8, 9), (5, 6))]
MODES = {
    "bilinear": ("bilinear", False), "bilinear-antialiased": ("bilinear", True), "bicubic": ("bicubic", False),
    "bicubic-antialiased": ("bicubic", True), "nearest": ("nearest", False), "nearest-exact": ("nearest-exact", False),
}
PICTURES = [((7, 5), (16, 13)), ((24, 16), (36, 24)), ((33, 57), (100, 200)), ((9, 10), (4, 3))]


def main():
    tensors = []
    for (height, width), size in SIZES:
        latents = torch.tensor(4 * uniform(f"latents {height}x{width}", 2 * height * width), dtype=torch.float32).reshape(1, 2, height, width)
        for name, (mode, antialias) in MODES.items():
            result = torch.nn.functional.interpolate(latents, size=size, mode=mode, antialias=antialias).numpy()
            tensors.append((f"{name} {height}x{width}", "F32", list(result.shape), result.tobytes()))
    (VECTORS / "interpolation.safetensors").write_bytes(encode(tensors))
    record("interpolation", "interpolation.safetensors", "recipes/interpolation.py", "torch", "2e-6", "latents of a first pass are enlarged as torch interpolates")
    cases = []
    for (width, height), to in PICTURES:
        resized = Image.fromarray(picture(width, height)).resize(to, Image.Resampling.NEAREST)
        cases.append({"from": [width, height], "to": to, "rgb": hashlib.sha256(resized.tobytes()).hexdigest()})
    (VECTORS / "nearest.json").write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
    record("nearest", "nearest.json", "recipes/interpolation.py", "pillow", "exact", "pictures of a first pass are enlarged as Pillow's NEAREST does")


if __name__ == "__main__":
    main()
