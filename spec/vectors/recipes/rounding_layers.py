"""Layers of the demo model's UNet to round, with made-up inputs: spec/models/quantize/roundingLayers.ts has them too.

Inputs are 8 factors mixed into all channels, whose loudness differs, about means that are not 0, and a little noise.
"""
import json
import struct
from pathlib import Path

import numpy as np
from hashed import uniform

UNET = Path(__file__).resolve().parents[3] / "models/demo/model/unet/diffusion_pytorch_model.safetensors"
FACTORS = 8


def weight(name: str) -> np.ndarray:
    data = UNET.read_bytes()
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8:begin])[name]
    assert entry["dtype"] == "F16"
    start, end = entry["data_offsets"]
    return np.frombuffer(data[begin + start : begin + end], np.float16).reshape(entry["shape"]).astype(np.float32)


def inputs(key: str, samples: int, channels: int) -> np.ndarray:
    """float32 `[samples, channels]`."""
    mixing = uniform(f"{key}/mixing", FACTORS * channels).reshape(FACTORS, channels)
    factors = uniform(f"{key}/factors", samples * FACTORS).reshape(samples, FACTORS)
    noise = uniform(f"{key}/noise", samples * channels).reshape(samples, channels)
    loudness = np.exp2(4 * uniform(f"{key}/loudness", channels))
    means = uniform(f"{key}/means", channels)
    return (loudness * (6 * factors @ mixing + noise + means)).astype(np.float32)


def linear(samples: int = 2048) -> tuple[np.ndarray, np.ndarray]:
    """Weights `[128, 128]`, inputs `[samples, 128]`."""
    name = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight"
    return weight(name), inputs("linear", samples, 128)


def kernels(pictures: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Weights `[32, 32, 3, 3]` of a convolution with padding 1, inputs `[pictures, 32, 8, 8]`."""
    picture = inputs("kernels", pictures * 64, 32).reshape(pictures, 8, 8, 32)
    # Neighbors are alike, as in a picture.
    smooth = (picture + np.roll(picture, 1, axis=1) + np.roll(picture, 1, axis=2)) / np.float32(3)
    whole = weight("down_blocks.1.resnets.0.conv2.weight")
    return whole[:32, :32].copy(), np.ascontiguousarray(smooth.transpose(0, 3, 1, 2))


def columns(picture: np.ndarray) -> np.ndarray:
    """What each output pixel of a 3×3 convolution is a sum over: `[pixels, channels · 9]`, tap by tap in a channel."""
    count, channels, height, width = picture.shape
    padded = np.pad(picture, ((0, 0), (0, 0), (1, 1), (1, 1)))
    taps = [padded[:, :, y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.stack(taps, axis=2).transpose(0, 3, 4, 1, 2).reshape(count * height * width, channels * 9)


def gram(samples: np.ndarray) -> np.ndarray:
    wide = samples.astype(np.float64)
    return wide.T @ wide / len(wide)
