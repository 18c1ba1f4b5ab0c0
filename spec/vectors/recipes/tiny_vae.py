"""Tiny VAEs of random weights, both halves, in diffusers' AutoencoderTiny, float32: `python tiny_vae.py`.

Writes spec/vectors/tiny-vae.safetensors. Weights come out of the hash of random_models.py and are not stored; the original names of the tensors
(github.com/madebyollin/taesd, taesd.py) are of the same network, whose decoder has its clamp as a layer.
"""
import json

import torch
from diffusers import AutoencoderTiny
from networks import tensor
from random_models import ROOT, encode, weight
from vector_index import VECTORS, record

MODELS = json.loads((ROOT / "spec/models/tinyVaes.json").read_text())
SIZES = [("square", 2, 2, 2), ("odd", 1, 2, 3)]


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    saved = []
    for name, model in MODELS.items():
        vae = AutoencoderTiny(**{key: value for key, value in model["config"].items() if key != "_class_name"})
        kind = torch.float16 if model["dtype"] == "F16" else torch.float32
        shapes = {key: list(value.shape) for key, value in vae.state_dict().items()}
        vae.load_state_dict({key: torch.from_numpy(weight(name, key, shape, model["gains"]).reshape(shape)).to(kind).float() for key, shape in shapes.items()})
        generator = torch.Generator("cpu").manual_seed(3)
        for size, batch, height, width in SIZES:
            latents = torch.randn((batch, 4, height, width), generator=generator) * 2
            image = torch.randn((batch, 3, 8 * height, 8 * width), generator=generator).clamp(-1, 1)
            saved += [tensor(f"{name}.{size}.latents", latents), tensor(f"{name}.{size}.decoded", vae.decode(latents).sample)]
            saved += [tensor(f"{name}.{size}.image", image), tensor(f"{name}.{size}.encoded", vae.encode(image).latents)]
    (VECTORS / "tiny-vae.safetensors").write_bytes(encode(saved))
    because = "AutoencoderTiny of two shapes, decoded and encoded as diffusers does in float32"
    record("tiny-vae", "tiny-vae.safetensors", "recipes/tiny_vae.py", "diffusers", "80 dB and more", because)


main()
