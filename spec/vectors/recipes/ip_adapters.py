"""An image encoder and IP-Adapters whose weights come out of a hash, which build/fidelityIpAdapter.ts repeats: as transformers has the one and diffusers
loads the others. And what these make of pictures: `python ip_adapters.py` writes spec/vectors/ip-adapters.safetensors.

What CLIPImageProcessor does to a picture is in there, too, over Pillow, of the size that published encoders have: a hash of the bytes
before they are normalized, and the first numbers after.
"""
import hashlib

import numpy as np
import torch
from diffusers.loaders.unet import UNet2DConditionLoadersMixin
from hashed import uniform
from networks import tensor
from PIL import Image
from random_models import ROOT, encode, pipeline
from resizing import picture
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection
from transformers.models.clip import CLIPImageProcessorPil
from vector_index import VECTORS, record

EYE = {"hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 3, "num_attention_heads": 3, "image_size": 56, "patch_size": 14, "projection_dim": 40}
QUERIES, WIDTH, HEADS, LAYERS = 5, 32, 1, 4
SIZES = [(640, 480), (300, 417), (417, 300), (100, 90), (224, 224), (37, 224), (225, 1000)]


def values(name, key, shape):
    count = int(np.prod(shape))
    norm = len(shape) == 1 and key.endswith(".weight")
    spread = 0.2 if len(shape) == 1 else np.sqrt(12 / (count / shape[0]))
    numbers = uniform(f"{name}/{key}", count) * spread + (1 if norm else 0)
    return torch.tensor(numbers.astype(np.float32).reshape(shape))


def image_encoder(act="gelu"):
    encoder = CLIPVisionModelWithProjection(CLIPVisionConfig(**EYE, hidden_act=act)).eval()
    encoder.load_state_dict({key: values("eye", key, tuple(value.shape)) for key, value in encoder.state_dict().items() if "position_ids" not in key}, strict=False)
    return encoder


def processor(encoder_size=EYE["image_size"]):
    """As load_ip_adapter makes one."""
    return CLIPImageProcessorPil(size=encoder_size, crop_size=encoder_size)


def projection_shapes(kind, width):
    if kind == "plain":
        return {"proj.weight": (4 * width, EYE["projection_dim"]), "proj.bias": (4 * width,), "norm.weight": (width,), "norm.bias": (width,)}
    seen = EYE["hidden_size"]
    if kind == "full":
        shapes = {"proj.0.weight": (seen, seen), "proj.0.bias": (seen,), "proj.2.weight": (width, seen), "proj.2.bias": (width,)}
        return {**shapes, "proj.3.weight": (width,), "proj.3.bias": (width,)}
    inner = 64 * HEADS
    shapes = {"latents": (1, QUERIES, WIDTH), "proj_in.weight": (WIDTH, seen), "proj_in.bias": (WIDTH,)}
    for i in range(LAYERS):
        of = {"0.norm1.weight": (WIDTH,), "0.norm1.bias": (WIDTH,), "0.norm2.weight": (WIDTH,), "0.norm2.bias": (WIDTH,), "0.to_q.weight": (inner, WIDTH)}
        of |= {"0.to_kv.weight": (2 * inner, WIDTH), "0.to_out.weight": (WIDTH, inner), "1.0.weight": (WIDTH,), "1.0.bias": (WIDTH,)}
        shapes |= {f"layers.{i}.{key}": shape for key, shape in (of | {"1.1.weight": (4 * WIDTH, WIDTH), "1.3.weight": (WIDTH, 4 * WIDTH)}).items()}
    return shapes | {"proj_out.weight": (width, WIDTH), "proj_out.bias": (width,), "norm_out.weight": (width,), "norm_out.bias": (width,)}


def ip_adapter(unet, kind):
    """A state dict as load_ip_adapter takes it, `kind` plain, full or plus."""
    width = unet.config.cross_attention_dim
    attentions = {}
    for number, name in enumerate(unet.attn_processors):
        if "attn2" not in name:
            continue
        module = unet.get_submodule(name.removesuffix(".processor"))
        for key in ("to_k_ip", "to_v_ip"):
            attentions[f"{number}.{key}.weight"] = values(kind, f"ip_adapter.{number}.{key}.weight", (module.to_k.weight.shape[0], width))
    projection = {key: values(kind, f"image_proj.{key}", shape) for key, shape in projection_shapes(kind, width).items()}
    return {"image_proj": projection, "ip_adapter": attentions}


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    unet = pipeline(ROOT / "models" / "demo" / "model").unet
    source = Image.fromarray(picture(90, 70))
    pixels = processor()(source, return_tensors="pt").pixel_values
    saved = []
    for act in ("gelu", "quick_gelu"):
        seen = image_encoder(act)(pixels, output_hidden_states=True)
        # Some rows of many.
        saved += [tensor(f"{act}.image_embeds", seen.image_embeds), tensor(f"{act}.hidden_states", seen.hidden_states[-2][:, [0, 5, 16]])]
    encoder = image_encoder()
    seen = encoder(pixels, output_hidden_states=True)
    for kind in ("plain", "full", "plus"):
        features = seen.image_embeds if kind == "plain" else seen.hidden_states[-2]
        made = UNet2DConditionLoadersMixin._convert_ip_adapter_image_proj_to_diffusers(unet, ip_adapter(unet, kind)["image_proj"], low_cpu_mem_usage=False)
        tokens = made(features)
        attentions = ip_adapter(unet, kind)["ip_adapter"]
        # The first cross-attention and the last, of the middle.
        last = max(int(key.split(".")[0]) for key in attentions)
        for number in (1, last):
            for key in ("to_k_ip", "to_v_ip"):
                product = tokens @ attentions[f"{number}.{key}.weight"].T
                saved.append(tensor(f"{kind}.{number}.{key}", product[:, :: 4 if kind == "full" else 1, ::4]))
    for width, height in SIZES:
        image = Image.fromarray(picture(width, height))
        of = processor(224)
        square = of(image, do_rescale=False, do_normalize=False, return_tensors="np").pixel_values[0].transpose(1, 2, 0).astype(np.uint8)
        normal = of(image, return_tensors="pt").pixel_values[0]
        saved.append((f"square.{width}x{height}", "U8", [32], hashlib.sha256(square.tobytes()).digest()))
        saved.append(tensor(f"normal.{width}x{height}", normal[:, 100, 100:104]))
    (VECTORS / "ip-adapters.safetensors").write_bytes(encode(saved))
    because = "what an image encoder sees and IP-Adapters make of it, and pictures as CLIPImageProcessor has them, which are exact"
    record("ip-adapters", "ip-adapters.safetensors", "recipes/ip_adapters.py", "diffusers", "80 dB and more", because)


if __name__ == "__main__":
    main()
