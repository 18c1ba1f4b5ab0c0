"""Names of Stable Diffusion 1.x in single files: each key of the original (LDM) naming with what diffusers' own
conversion (diffusers.loaders.single_file_utils) makes of it. The LDM side is written down here as its code builds it
(CompVis/latent-diffusion, openaimodel.py and model.py); that it is right is shown by the conversion giving exactly the
state dicts of the diffusers networks. Shapes are LDM's.

    python spec/vectors/recipes/single_file.py   (from the repository's root)
"""
import json

import torch
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
)
from random_models import ROOT, shapes
from vector_index import record

SMALL = json.loads((ROOT / "spec/models/singleFile/smallModel.json").read_text())["configs"]
FULL = {
    "text_encoder/config.json": {**SMALL["text_encoder/config.json"], "hidden_size": 768, "intermediate_size": 3072,
                                 "num_attention_heads": 12, "num_hidden_layers": 12, "projection_dim": 768},
    "unet/config.json": {**SMALL["unet/config.json"], "block_out_channels": [320, 640, 1280, 1280], "cross_attention_dim": 768},
    "vae/config.json": {**SMALL["vae/config.json"], "block_out_channels": [128, 256, 512, 512]},
}
# Another build: three levels of one layer each, the first without attention.
OTHER = {
    "text_encoder/config.json": {**SMALL["text_encoder/config.json"], "num_hidden_layers": 1},
    "unet/config.json": {**SMALL["unet/config.json"], "block_out_channels": [32, 64, 64], "layers_per_block": 1,
                         "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
                         "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"]},
    "vae/config.json": {**SMALL["vae/config.json"], "layers_per_block": 1},
}


def conv(name, inputs, outputs, kernel=3):
    return {f"{name}.weight": [outputs, inputs, kernel, kernel], f"{name}.bias": [outputs]}


def linear(name, inputs, outputs, bias=True):
    return {f"{name}.weight": [outputs, inputs], **({f"{name}.bias": [outputs]} if bias else {})}


def norm(name, channels):
    return {f"{name}.weight": [channels], f"{name}.bias": [channels]}


def unet(config):
    channels, layers, context = config["block_out_channels"], config["layers_per_block"], config["cross_attention_dim"]
    time = 4 * channels[0]

    def resnet(name, inputs, outputs):
        skip = conv(f"{name}.skip_connection", inputs, outputs, 1) if inputs != outputs else {}
        return {**norm(f"{name}.in_layers.0", inputs), **conv(f"{name}.in_layers.2", inputs, outputs),
                **linear(f"{name}.emb_layers.1", time, outputs), **norm(f"{name}.out_layers.0", outputs),
                **conv(f"{name}.out_layers.3", outputs, outputs), **skip}

    def transformer(name, width):
        keys = {**norm(f"{name}.norm", width), **conv(f"{name}.proj_in", width, width, 1)}
        block = f"{name}.transformer_blocks.0"
        for attention, inputs in (("attn1", width), ("attn2", context)):
            keys |= linear(f"{block}.{attention}.to_q", width, width, False)
            keys |= linear(f"{block}.{attention}.to_k", inputs, width, False)
            keys |= linear(f"{block}.{attention}.to_v", inputs, width, False)
            keys |= linear(f"{block}.{attention}.to_out.0", width, width)
        keys |= linear(f"{block}.ff.net.0.proj", width, 8 * width) | linear(f"{block}.ff.net.2", 4 * width, width)
        for i in (1, 2, 3):
            keys |= norm(f"{block}.norm{i}", width)
        return keys | conv(f"{name}.proj_out", width, width, 1)

    keys = {**linear("time_embed.0", channels[0], time), **linear("time_embed.2", time, time)}
    keys |= conv("input_blocks.0.0", config.get("in_channels", 4), channels[0])
    skips, width, block = [channels[0]], channels[0], 0
    for level, outputs in enumerate(channels):
        for _ in range(layers):
            block += 1
            keys |= resnet(f"input_blocks.{block}.0", width, outputs)
            width = outputs
            if config["down_block_types"][level].startswith("Cross"):
                keys |= transformer(f"input_blocks.{block}.1", width)
            skips.append(width)
        if level < len(channels) - 1:
            block += 1
            keys |= conv(f"input_blocks.{block}.0.op", width, width)
            skips.append(width)
    keys |= resnet("middle_block.0", width, width) | transformer("middle_block.1", width) | resnet("middle_block.2", width, width)
    block = -1
    for step, outputs in enumerate(reversed(channels)):
        for layer in range(layers + 1):
            block += 1
            keys |= resnet(f"output_blocks.{block}.0", width + skips.pop(), outputs)
            width, place = outputs, 1
            if config["up_block_types"][step].startswith("Cross"):
                keys |= transformer(f"output_blocks.{block}.1", width)
                place = 2
            if layer == layers and step < len(channels) - 1:
                keys |= conv(f"output_blocks.{block}.{place}.conv", width, width)
    keys |= norm("out.0", width) | conv("out.2", width, 4)
    return {f"model.diffusion_model.{name}": shape for name, shape in keys.items()}


def vae(config):
    channels, layers = config["block_out_channels"], config["layers_per_block"]

    def resnet(name, inputs, outputs):
        skip = conv(f"{name}.nin_shortcut", inputs, outputs, 1) if inputs != outputs else {}
        return {**norm(f"{name}.norm1", inputs), **conv(f"{name}.conv1", inputs, outputs),
                **norm(f"{name}.norm2", outputs), **conv(f"{name}.conv2", outputs, outputs), **skip}

    def middle(name, width):
        keys = resnet(f"{name}.block_1", width, width) | norm(f"{name}.attn_1.norm", width)
        for part in ("q", "k", "v", "proj_out"):
            keys |= conv(f"{name}.attn_1.{part}", width, width, 1)
        return keys | resnet(f"{name}.block_2", width, width)

    keys, width = conv("encoder.conv_in", 3, channels[0]), channels[0]
    for level, outputs in enumerate(channels):
        for layer in range(layers):
            keys |= resnet(f"encoder.down.{level}.block.{layer}", width, outputs)
            width = outputs
        if level < len(channels) - 1:
            keys |= conv(f"encoder.down.{level}.downsample.conv", width, width)
    keys |= middle("encoder.mid", width) | norm("encoder.norm_out", width) | conv("encoder.conv_out", width, 8)
    keys |= conv("decoder.conv_in", 4, width) | middle("decoder.mid", width)
    for level in reversed(range(len(channels))):
        for layer in range(layers + 1):
            keys |= resnet(f"decoder.up.{level}.block.{layer}", width, channels[level])
            width = channels[level]
        if level > 0:
            keys |= conv(f"decoder.up.{level}.upsample.conv", width, width)
    keys |= norm("decoder.norm_out", width) | conv("decoder.conv_out", width, 3)
    keys |= conv("quant_conv", 8, 8, 1) | conv("post_quant_conv", 4, 4, 1)
    return {f"first_stage_model.{name}": shape for name, shape in keys.items()}


def pairs(configs):
    """LDM name, published name and LDM shape of every tensor, by what the conversion does to tensors that carry a number."""
    published = shapes(configs)
    text = {f"cond_stage_model.transformer.{name}": shape for name, shape in published["text_encoder"].items()}
    keys = {**unet(configs["unet/config.json"]), **vae(configs["vae/config.json"]), **text}
    names = list(keys)
    checkpoint = {name: torch.full([1], float(i)).expand(keys[name]) for i, name in enumerate(names)}
    converted = {
        "unet": convert_ldm_unet_checkpoint(dict(checkpoint), configs["unet/config.json"]),
        "vae": convert_ldm_vae_checkpoint(dict(checkpoint), configs["vae/config.json"]),
        "text_encoder": convert_ldm_clip_checkpoint(dict(checkpoint)),
    }
    found = []
    for part, tensors in converted.items():
        assert {name: list(tensor.shape) for name, tensor in tensors.items()} == published[part], part
        for name, tensor in tensors.items():
            ldm = names[int(tensor.flatten()[0])]
            found.append([ldm, name, keys[ldm]])
    assert len(found) == len(keys)
    return found


models = {"full": pairs(FULL), "other": pairs(OTHER)}
lines = []
for name, found in models.items():
    rows = [json.dumps(" ".join([ldm, published, json.dumps(shape, separators=(",", ":"))])) for ldm, published, shape in found]
    lines.append(f'"{name}": [\n' + ",\n".join(rows) + "\n]")
with open("spec/vectors/single-file.json", "w") as f:
    f.write("{\n" + ",\n".join(lines) + "\n}\n")
print({name: len(found) for name, found in models.items()})
record("single-file", "single-file.json", "recipes/single_file.py", "diffusers", "exact",
       "every tensor of a single file goes where diffusers' conversion puts it")
