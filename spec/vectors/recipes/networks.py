"""One call of each network of a model, in diffusers and transformers, float32: `python networks.py A B demo`.

Writes spec/vectors/networks-<model>.safetensors with inputs and outputs, and random-models.json with the SHA-256 of
the random models' weights.
"""
import json
import sys

import numpy as np
import torch
from random_models import MODELS, ROOT, build, encode, hashes, pipeline
from vector_index import VECTORS, record

PROMPTS = ["a red apple on a blue background", ""]
# (name, batch, latent height, latent width, timestep): square, odd, batched, fractional.
CALLS = [("square", 1, 8, 8, 981.0), ("odd", 1, 9, 13, 500.25), ("batch", 2, 7, 10, 21.5)]


def tensor(name: str, value) -> tuple:
    value = np.ascontiguousarray(value.detach().numpy() if isinstance(value, torch.Tensor) else value)
    dtype = {"float32": "F32", "int32": "I32", "uint8": "U8"}[str(value.dtype)]
    return name, dtype, list(value.shape), value.tobytes()


@torch.no_grad()
def vectors(pipe) -> list[tuple]:
    generator = torch.Generator("cpu").manual_seed(1)
    normal = lambda *shape: torch.randn(shape, generator=generator)
    ids = pipe.tokenizer(PROMPTS, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    states = pipe.text_encoder(ids).last_hidden_state
    saved = [tensor("text.input_ids", ids.numpy().astype(np.int32)), tensor("text.hidden_states", states)]
    for name, batch, height, width, timestep in CALLS:
        sample = normal(batch, 4, height, width)
        noise = pipe.unet(sample, torch.tensor(timestep), states[:batch]).sample
        saved += [tensor(f"unet.{name}.sample", sample), tensor(f"unet.{name}.noise", noise)]
        saved.append(tensor(f"unet.{name}.timestep", np.array([timestep], dtype=np.float32)))
    for name, height, width in [("square", 4, 4), ("odd", 3, 5)]:
        latents = normal(1, 4, height, width) * 4
        saved += [tensor(f"decode.{name}.latents", latents), tensor(f"decode.{name}.image", pipe.vae.decode(latents).sample)]
        image = normal(1, 3, 8 * height, 8 * width).clamp(-1, 1)
        moments = pipe.vae.encode(image).latent_dist.parameters
        saved += [tensor(f"encode.{name}.image", image), tensor(f"encode.{name}.moments", moments)]
    return saved


def main() -> None:
    torch.set_num_threads(1)
    (VECTORS / "random-models.json").write_text(json.dumps({name: hashes(name) for name in MODELS}, indent=2) + "\n")
    record("random-models", "random-models.json", "recipes/networks.py", "numpy", "exact", "both languages build the same random models")
    for name in sys.argv[1:]:
        folder = build(name) if name in MODELS else ROOT / "models" / name / "model"
        file = f"networks-{name}.safetensors"
        (VECTORS / file).write_bytes(encode(vectors(pipeline(folder))))
        because = f"model {name}: text embeddings, UNet, VAE decode and encode, as the reference computes them in float32"
        record(f"networks-{name}", file, "recipes/networks.py", "diffusers", "2e-5 of the largest value", because)


if __name__ == "__main__":
    main()
