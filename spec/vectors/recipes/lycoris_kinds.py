"""Weights of the random model A changed by the kinds of LoRA that LyCORIS has (spec/models/lora/lycorisCases.json), by its own
functions. The factors come out of the hash of random_models.py; spec/models/lora/kinds.spec.ts repeats them. Of each weight some values.

DoRA, and OFT that is rescaled or in several turns, at a weight other than 1 are where stable-diffusion-webui and ComfyUI differ from
LyCORIS 4.1, whose modules at weight 0 are not without their change: it is LyCORIS's weight at 1, and of the way there a part, as theirs.

    pip install -r spec/vectors/recipes/requirements.txt; python spec/vectors/recipes/lycoris_kinds.py   (from the repository's root)
"""
import json

import numpy as np
import torch
from lycoris.functional import locon, loha, lokr
from lycoris.functional.general import weight_decompose
from lycoris.modules.boft import ButterflyOFTModule
from lycoris.modules.diag_oft import DiagOFTModule
from lycoris.modules.glora import GLoRAModule
from lycoris.modules.ia3 import IA3Module
from random_models import MODELS, ROOT, shapes, uniform, weight
from vector_index import VECTORS, record

CASES = json.loads((ROOT / "spec/models/lora/lycorisCases.json").read_text())
VALUES = 24


def part(case, name, shape):
    values = uniform(f'{case["name"]}/{name}', int(np.prod(shape)))
    if name == "on_input":
        return torch.tensor(case["onInput"])
    # Magnitudes are lengths of rows, which are about 2; outputs are made longer by factors about 1.
    means = {"dora_scale": 2, "rescale": 1}
    values = values + means[name] if name in means else values * 2
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def layer_of(weight):
    rows, inputs, *kernel = weight.shape
    layer = torch.nn.Conv2d(inputs, rows, kernel, padding=1, bias=False) if kernel else torch.nn.Linear(inputs, rows, bias=False)
    layer.weight.data.copy_(weight)
    return layer


def by_module(case, parts, org):
    """What LyCORIS's own module makes of the layer at weight 1; None of kinds that are functions."""
    of, layer, alpha = parts.get, layer_of(org), torch.tensor(case["alpha"] or 0.0)
    if "oft_blocks" in parts:
        kind = ButterflyOFTModule if parts["oft_blocks"].ndim == 4 else DiagOFTModule
        module = kind.make_module_from_state_dict("x", layer, of("oft_blocks"), of("rescale"), alpha)
        assert module.oft_blocks.shape == parts["oft_blocks"].shape
    elif "on_input" in parts:
        module = IA3Module("x", layer, train_on_input=bool(parts["on_input"]))
        module.weight.data.copy_(parts["ia3"])
    elif "a1" in parts:
        module = GLoRAModule.make_module_from_state_dict("x", layer, of("a1"), of("a2"), of("b1"), of("b2"), None, alpha)
    else:
        return None
    return module.get_merged_weight(1)[0]


def difference(case, parts, shape):
    """What is added at weight 1, and of what rank it is."""
    of = parts.get
    alpha = lambda rank: (case["alpha"] / rank) if case["alpha"] is not None else 1.0
    if "hada_w1_a" in parts:
        rank = parts["hada_w1_b"].shape[0]
        return loha.diff_weight(of("hada_w1_b"), of("hada_w1_a"), of("hada_w2_b"), of("hada_w2_a"), of("hada_t1"), of("hada_t2"), gamma=alpha(rank))
    if "lokr_w1" in parts or "lokr_w1_a" in parts:
        rank = parts["lokr_w2_b"].shape[0] if "lokr_w2_b" in parts else None
        return lokr.kron_weight(of("lokr_w1"), of("lokr_w1_a"), of("lokr_w1_b"), of("lokr_w2"), of("lokr_w2_a"), of("lokr_w2_b"), of("lokr_t2"), scale=alpha(rank) if rank else 1.0)
    if "diff" in parts:
        return parts["diff"]
    return locon.diff_weight(of("down"), of("up"), of("mid"), gamma=alpha(parts["down"].shape[0]))


@torch.no_grad()
def main():
    published = shapes(MODELS["A"]["configs"])["unet"]
    original = lambda key: torch.from_numpy(weight("A", key, published[key], MODELS["A"]["gains"]).reshape(published[key]))
    rows = []
    for case in CASES:
        parts = {name: part(case, name, shape) for name, shape in case["parts"].items()}
        key = f'{case["layer"]}.weight'
        org = original(key)
        whole = by_module(case, parts, org)
        if whole is not None:
            changed = org + case["weight"] * (whole - org)
        else:
            changed = org + difference(case, parts, org.shape).reshape(org.shape) * (1 if "dora_scale" in parts else case["weight"])
        if "dora_scale" in parts:
            of_outputs = parts["dora_scale"].shape[0] == org.shape[0]
            changed = org + case["weight"] * (weight_decompose(changed, parts["dora_scale"], wd_on_out=of_outputs) - org)
        tensors = {key: changed}
        if "diff_b" in parts:
            bias = f'{case["layer"]}.bias'
            tensors[bias] = original(bias) + case["weight"] * parts["diff_b"]
        for name, tensor in tensors.items():
            flat = tensor.flatten()
            stride = max(1, flat.numel() // VALUES - 1)
            apart = float((tensor - original(name)).abs().max())
            assert apart > 0.01, f'{case["name"]}: a reference worth comparing with is not the weight itself: {apart}'
            values = [float(f"{v:.9g}") for v in flat[::stride].tolist()]
            rows.append(json.dumps({"case": case["name"], "name": name, "stride": stride, "values": values}, separators=(",", ":")))
    (VECTORS / "lycoris-kinds.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
    record("lycoris-kinds", "lycoris-kinds.json", "recipes/lycoris_kinds.py", "lycoris-lora", "2e-6 of the largest value",
           "every kind of LoRA changes a weight as LyCORIS does")


main()
