"""The UNet as LiteRT files with dynamic int8: weights int8 by channel, activations rounded while it runs.

In three parts, since the quantizer misreads files of more than 2 GB: what goes down, what comes up, and the end of that.
"""
import dataclasses
import os
import sys

import litert_torch
import numpy
import torch
from ai_edge_quantizer import quantizer, recipe
from ai_edge_quantizer.algorithms.uniform_quantize import uniform_quantize_tensor as rounding
from networks import inputs, network

LARGE = 32 * 1024 * 1024
whole = rounding.uniform_quantize


def in_pieces(tensor, params, *rest, **options):
    """Version 0.10.0 and before cannot round kernels of more than 32 MiB: it takes their outputs for columns."""
    if tensor.ndim <= 2 or tensor.nbytes <= LARGE:
        return whole(tensor, params, *rest, **options)
    return numpy.concatenate([
        whole(
            tensor[outputs],
            dataclasses.replace(params, scale=params.scale[outputs], zero_point=params.zero_point[outputs]),
            *rest,
            **options,
        )
        for outputs in numpy.array_split(numpy.arange(tensor.shape[0]), 1 + tensor.nbytes // LARGE)
    ])


rounding.uniform_quantize = in_pieces


class Down(torch.nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, hidden_states):
        unet = self.unet
        temb = unet.time_embedding(unet.time_proj(timestep))
        sample = unet.conv_in(sample)
        skips = (sample,)
        for block in unet.down_blocks:
            attends = {"encoder_hidden_states": hidden_states} if hasattr(block, "attentions") else {}
            sample, more = block(hidden_states=sample, temb=temb, **attends)
            skips += more
        return (unet.mid_block(sample, temb, encoder_hidden_states=hidden_states), temb, *skips)


class Up(torch.nn.Module):
    def __init__(self, unet, begin, end):
        super().__init__()
        self.unet, self.begin, self.end = unet, begin, end

    def forward(self, sample, temb, hidden_states, *skips):
        unet = self.unet
        for block in unet.up_blocks[self.begin : self.end]:
            own, skips = skips[-len(block.resnets) :], skips[: -len(block.resnets)]
            attends = {"encoder_hidden_states": hidden_states} if hasattr(block, "attentions") else {}
            sample = block(hidden_states=sample, temb=temb, res_hidden_states_tuple=own, **attends)
        if self.end < len(unet.up_blocks):
            return sample
        return unet.conv_out(unet.conv_act(unet.conv_norm_out(sample)))


def write(module, given, path):
    float_path = f"{path}.float"
    litert_torch.convert(module.eval(), given).export(float_path)
    quantizer.Quantizer(float_path, recipe.dynamic_wi8_afp32()).quantize().export_model(f"{path}.part", overwrite=True)
    os.remove(float_path)
    os.rename(f"{path}.part", path)


folder, pixels = sys.argv[1], int(sys.argv[2])
with torch.inference_mode():
    unet = network("unet").unet
    sample, timestep, hidden_states = inputs("unet", pixels)
    middle, temb, *skips = Down(unet)(sample, timestep, hidden_states)
    kept = len(skips) - sum(len(block.resnets) for block in unet.up_blocks[:2])
    between = Up(unet, 0, 2)(middle, temb, hidden_states, *skips)
    parts = [
        (Down(unet), (sample, timestep, hidden_states)),
        (Up(unet, 0, 2), (middle, temb, hidden_states, *skips[kept:])),
        (Up(unet, 2, 4), (between, temb, hidden_states, *skips[:kept])),
    ]
    for index, (module, given) in enumerate(parts):
        path = f"{folder}/unet-{pixels}.{index}.tflite"
        if not os.path.exists(path):
            write(module, given, path)
