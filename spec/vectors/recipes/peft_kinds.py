"""Weights of the random model A with LoRAs of peft's that are no plain ones: DoRA, also of a convolution, and rsLoRA, which is scaled by
alpha / √rank. They are written as files and loaded and fused by diffusers, with the metadata that it writes beside them. The factors
come out of the hash of random_models.py; spec/models/lora/peftKinds.spec.ts repeats them. Of each weight some values.

    pip install -r spec/vectors/recipes/requirements.txt; python spec/vectors/recipes/peft_kinds.py   (from the repository's root)
"""
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig
from random_models import MODELS, build, pipeline, shapes, uniform
from safetensors import safe_open
from vector_index import VECTORS, record

LAYERS = ["down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q", "down_blocks.1.resnets.0.conv1", "down_blocks.1.resnets.1.conv1"]
RANK = 4
CASES = [("DoRA", {"lora_alpha": 3, "use_dora": True}), ("rsLoRA", {"lora_alpha": 3, "use_rslora": True})]
VALUES = 24


def tensor(name, shape, spread=0.5, mean=0.0):
    values = uniform(name, int(np.prod(shape))) * spread + mean
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def factors(case, layer, shape, dora):
    rows, inputs, *kernel = shape
    parts = {"lora_A.weight": [RANK, inputs, *kernel], "lora_B.weight": [rows, RANK, *[1] * len(kernel)]}
    found = {f"{layer}.{part}": tensor(f"{case}/{layer}/{part}", size) for part, size in parts.items()}
    if dora:
        # Lengths of rows, which are about 2.
        size = [1, rows, *[1] * len(kernel)] if kernel else [rows]
        found[f"{layer}.lora_magnitude_vector"] = tensor(f"{case}/{layer}/lora_magnitude_vector", size, 1.0, 2.0)
    return found


published = shapes(MODELS["A"]["configs"])["unet"]
of = lambda layer: published[f"{layer}.weight"]
assert of(LAYERS[2])[0] == of(LAYERS[2])[1], "as many outputs as inputs: the shape alone does not tell which"
cases = []
for name, options in CASES:
    config = LoraConfig(r=RANK, target_modules=list(LAYERS), **options)
    tensors = {key: value for layer in LAYERS for key, value in factors(name, layer, of(layer), options.get("use_dora")).items()}
    pipe = pipeline(build("A"))
    before = {layer: pipe.unet.get_submodule(layer).weight.clone() for layer in LAYERS}
    with tempfile.TemporaryDirectory() as folder:
        pipe.save_lora_weights(folder, unet_lora_layers=tensors, unet_lora_adapter_metadata=config.to_dict())
        with safe_open(str(Path(folder) / "pytorch_lora_weights.safetensors"), "pt") as file:
            metadata = file.metadata()["lora_adapter_metadata"]
            assert sorted(file.keys()) == sorted(f"unet.{key}" for key in tensors)
        pipe.load_lora_weights(folder)
    pipe.fuse_lora()
    pipe.unload_lora_weights()
    weights = []
    for layer in LAYERS:
        fused = pipe.unet.get_submodule(layer).weight.detach()
        assert float((fused - before[layer]).abs().max()) > 0.01, f"{name}: {layer}: a reference is not the weight itself"
        flat = fused.flatten()
        stride = max(1, flat.numel() // VALUES - 1)
        weights.append({"layer": layer, "stride": stride, "values": [float(f"{v:.9g}") for v in flat[::stride].tolist()]})
    cases.append({"case": name, "metadata": metadata, "weights": weights})
rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
(VECTORS / "peft-kinds.json").write_text(f"[\n{rows}\n]\n")
record("peft-kinds", "peft-kinds.json", "recipes/peft_kinds.py", "peft", "2e-6 of the largest value",
       "DoRA and rsLoRA change weights as peft does when diffusers loads them")
