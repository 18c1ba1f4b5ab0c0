"""Weights of the random model A with two LoRAs merged into them: the UNet's by diffusers' `fuse_lora` from kohya's
naming, the text encoder's by peft alone (diffusers 0.42.1 looks for names that transformers 5 no longer has). The LoRAs
come out of the hash of random_models.py; spec/models/lora/randomLora.ts repeats them. Of each weight some values.

    pip install peft==0.21.2; python spec/vectors/recipes/loras.py   (from the repository's root)
"""
import json

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from random_models import ROOT, build, pipeline, shapes, MODELS, uniform
from vector_index import record

LAYERS = json.loads((ROOT / "spec/models/lora/layers.json").read_text())
# Weight 0.8 of a LoRA whose alpha is 3, then -0.35 of one without alpha.
CHOICES = [("first", 0.8, 3.0), ("second", -0.35, None)]
VALUES = 24


def factors(name, layer, rank, shape):
    """`down` [rank, …] and `up` [rows, rank, …]."""
    down = [rank, *shape[1:]]
    up = [shape[0], rank, *[1] * (len(shape) - 2)]
    of = lambda part, size: (uniform(f"{name}/{layer}/{part}", int(np.prod(size))) * 0.5).astype(np.float32).reshape(size)
    return torch.from_numpy(of("down", down)), torch.from_numpy(of("up", up))


def kohya(name, alpha, published):
    tensors = {}
    for each in [each for each in LAYERS if each["part"] == "unet"]:
        module = f'lora_unet_{each["layer"].replace(".", "_")}'
        down, up = factors(name, each["layer"], each["rank"], published["unet"][f'{each["layer"]}.weight'])
        tensors[f"{module}.lora_down.weight"] = down
        tensors[f"{module}.lora_up.weight"] = up
        if alpha is not None:
            tensors[f"{module}.alpha"] = torch.tensor(alpha)
    return tensors


def merged(text_encoder, name, weight, alpha, published):
    layers = {each["layer"].removeprefix("text_model."): each for each in LAYERS if each["part"] == "text_encoder"}
    ranks = {layer: each["rank"] for layer, each in layers.items()}
    alphas = {layer: alpha if alpha is not None else rank for layer, rank in ranks.items()}
    config = LoraConfig(target_modules=list(layers), rank_pattern=ranks, alpha_pattern=alphas)
    model = get_peft_model(text_encoder, config)
    for layer, each in layers.items():
        module = model.get_submodule(f"base_model.model.{layer}")
        down, up = factors(name, each["layer"], each["rank"], published["text_encoder"][f'{each["layer"]}.weight'])
        module.lora_A["default"].weight.data.copy_(down)
        module.lora_B["default"].weight.data.copy_(up)
        module.scaling["default"] *= weight
    return model.merge_and_unload()


pipe = pipeline(build("A"))
published = shapes(MODELS["A"]["configs"])
for name, _, alpha in CHOICES:
    pipe.load_lora_weights(kohya(name, alpha, published), adapter_name=name)
pipe.set_adapters([name for name, _, _ in CHOICES], [weight for _, weight, _ in CHOICES])
pipe.fuse_lora()
pipe.unload_lora_weights()
text_encoder = pipe.text_encoder
for name, weight, alpha in CHOICES:
    text_encoder = merged(text_encoder, name, weight, alpha, published)
states = {"unet": pipe.unet.state_dict(), "text_encoder": text_encoder.state_dict()}
fused = {}
for each in LAYERS:
    state, name = states[each["part"]], f'{each["layer"]}.weight'
    tensor = state[name] if name in state else state[name.removeprefix("text_model.")]
    flat = tensor.flatten()
    stride = max(1, flat.numel() // VALUES - 1)
    fused[name] = {"stride": stride, "values": [float(f"{v:.9g}") for v in flat[::stride].tolist()]}
choices = [{"name": name, "weight": weight, "alpha": alpha} for name, weight, alpha in CHOICES]
rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in fused.items())
with open("spec/vectors/loras.json", "w") as f:
    f.write(f'{{\n"choices": {json.dumps(choices)},\n"fused": {{\n{rows}\n}}\n}}\n')
record("loras", "loras.json", "recipes/loras.py", "diffusers", "1e-6 of the largest value",
       "merged LoRAs are the weights that diffusers and peft fuse")
