"""What diffusers calls the tensors of a ControlNet under its original names: those of control_v11p_sd15's files, listed as cldm.py and
openaimodel.py of github.com/lllyasviel/ControlNet build them for cldm_v15.yaml, handed to diffusers' own converter.

    python spec/vectors/recipes/control_names.py   (from the repository's root)
"""
import json

import torch
from diffusers import ControlNetModel
from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint
from vector_index import VECTORS, record

LEVELS, LAYERS, ATTENDS = 4, 2, 3


def pair(name):
    return [f"{name}.weight", f"{name}.bias"]


def resnet(name, changes):
    parts = ["in_layers.0", "in_layers.2", "emb_layers.1", "out_layers.0", "out_layers.3"] + (["skip_connection"] if changes else [])
    return [key for part in parts for key in pair(f"{name}.{part}")]


def transformer(name):
    block = f"{name}.transformer_blocks.0"
    keys = [key for part in ("norm", "proj_in", "proj_out") for key in pair(f"{name}.{part}")]
    for attention in ("attn1", "attn2"):
        keys += [f"{block}.{attention}.to_{part}.weight" for part in "qkv"] + pair(f"{block}.{attention}.to_out.0")
    keys += pair(f"{block}.ff.net.0.proj") + pair(f"{block}.ff.net.2")
    return keys + [key for i in (1, 2, 3) for key in pair(f"{block}.norm{i}")]


def original():
    keys = pair("time_embed.0") + pair("time_embed.2") + pair("input_blocks.0.0")
    block = 1
    for level in range(LEVELS):
        for layer in range(LAYERS):
            keys += resnet(f"input_blocks.{block}.0", layer == 0 and level in (1, 2))
            keys += transformer(f"input_blocks.{block}.1") if level < ATTENDS else []
            block += 1
        if level < LEVELS - 1:
            keys += pair(f"input_blocks.{block}.0.op")
            block += 1
    keys += [key for i in range(block) for key in pair(f"zero_convs.{i}.0")]
    keys += [key for i in range(0, 16, 2) for key in pair(f"input_hint_block.{i}")]
    keys += resnet("middle_block.0", False) + transformer("middle_block.1") + resnet("middle_block.2", False)
    return keys + pair("middle_block_out.0")


def main():
    keys = original()
    marked = {f"control_model.{key}": torch.tensor(float(i)) for i, key in enumerate(keys)}
    converted = convert_controlnet_checkpoint(marked, {"layers_per_block": LAYERS})
    names = {name: f"control_model.{keys[int(mark)]}" for name, mark in converted.items()}
    published = set(ControlNetModel(cross_attention_dim=768).state_dict())
    assert set(names) == published, set(names) ^ published
    (VECTORS / "control-names.json").write_text(json.dumps(dict(sorted(names.items())), indent=0) + "\n")
    record("control-names", "control-names.json", "recipes/control_names.py", "diffusers", "exact", "published and original names of a ControlNet's tensors")


if __name__ == "__main__":
    main()
