"""Builds the random models of spec/models/randomModels.json in the diffusers layout.

Their weights come out of a hash that spec/models/randomModel.ts repeats bit for bit, so nothing large is committed:
the specs compare the SHA-256 of what they build with the ones recorded here.
"""
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from hashed import uniform
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

ROOT = Path(__file__).resolve().parents[3]
MODELS = json.loads((ROOT / "spec/models/randomModels.json").read_text())
TOKENIZER = ROOT / "models/demo/model/tokenizer"
OLD_VAE_NAMES = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}
FILES = {
    "text_encoder": "text_encoder/model.safetensors",
    "unet": "unet/diffusion_pytorch_model.safetensors",
    "vae": "vae/diffusion_pytorch_model.safetensors",
}


def weight(model: str, name: str, shape: list[int], gains: list) -> np.ndarray:
    mean, spread = 0.0, 0.1
    if name.endswith(".weight"):
        if len(shape) == 1:
            mean, spread = 1.0, 0.4
        elif "embeddings." in name:
            spread = 2.0 if "token_embedding" in name else 0.5
        else:
            fan_in = int(np.prod(shape[1:]))
            gain = next((gain for part, gain in gains if part in name), 1)
            spread = gain * np.sqrt(12 / fan_in)
    return (uniform(f"{model}/{name}", int(np.prod(shape))) * spread + mean).astype(np.float32)


def shapes(configs: dict) -> dict[str, dict[str, list[int]]]:
    """Published names and shapes of every tensor, as diffusers and transformers have them."""
    text = CLIPTextModel(CLIPTextConfig.from_dict(configs["text_encoder/config.json"]))
    unet = UNet2DConditionModel.from_config(configs["unet/config.json"])
    vae = AutoencoderKL.from_config(configs["vae/config.json"])
    of = lambda network: {name: list(tensor.shape) for name, tensor in network.state_dict().items()}
    published = {n if n.startswith("text_model.") else f"text_model.{n}": s for n, s in of(text).items()}
    published = {n: s for n, s in published.items() if not n.endswith("position_ids")}
    return {"text_encoder": published, "unet": of(unet), "vae": of(vae)}


def stored_name(name: str, part: str, model: dict) -> str:
    if part == "text_encoder" and not model["textPrefix"]:
        return name.removeprefix("text_model.")
    if part == "vae" and model["oldVaeNames"] and ".mid_block.attentions." in name:
        for new, old in OLD_VAE_NAMES.items():
            name = name.replace(new, old)
    return name


def encode(tensors: list[tuple[str, str, list[int], bytes]]) -> bytes:
    """A safetensors file, byte for byte as models/safetensorsWriter.ts writes it."""
    header, offset = {}, 0
    for name, dtype, shape, data in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(data for *_, data in tensors)


def files(name: str) -> dict[str, bytes]:
    model = MODELS[name]
    contents = {path: json.dumps(config).encode() for path, config in model["configs"].items()}
    kind = np.float16 if model["dtype"] == "F16" else np.float32
    for part, named in shapes(model["configs"]).items():
        tensors = []
        for key in sorted(named):
            data = weight(name, key, named[key], model["gains"]).astype(kind).tobytes()
            tensors.append((stored_name(key, part, model), model["dtype"], named[key], data))
        contents[FILES[part]] = encode(tensors)
    return contents


def build(name: str) -> Path:
    """Writes the model to a temporary folder, with the real CLIP tokenizer."""
    folder = Path(tempfile.mkdtemp(prefix=f"random-{name}-"))
    for path, data in files(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    shutil.copytree(TOKENIZER, folder / "tokenizer", dirs_exist_ok=True)
    return folder


def hashes(name: str) -> dict[str, str]:
    contents = files(name)
    return {path: hashlib.sha256(contents[path]).hexdigest() for path in FILES.values()}


def pipeline(folder: Path):
    """The folder as diffusers runs it: float32 arithmetic, and the tokenizer that Stable Diffusion 1.x publishes."""
    tokenizer = CLIPTokenizer.from_pretrained(
        folder / "tokenizer", model_max_length=77, pad_token="<|endoftext|>", unk_token="<|endoftext|>"
    )
    pipe = StableDiffusionPipeline.from_pretrained(
        folder, tokenizer=tokenizer, torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe
