"""Pictures of the demo model for `npm run fidelity` of prompts that are joined by AND, as stable-diffusion-webui 1.10 reads and combines
them; and what it reads in such prompts. It all happens in the UNet's answers: diffusers' pipeline is handed what webui makes of the
prompts' and the negative prompt's as both, so that its own guidance leaves it as it is.

Writes spec/vectors/fidelity-and.json and fidelity-and.safetensors as fidelity.py does, and composed-prompts.json.
    nice python spec/vectors/recipes/fidelity_and.py FOLDER   (a checkout of stable-diffusion-webui, see webui.py; a minute)
Of it are taken, alone, `get_multicond_prompt_list` and the two patterns above it (modules/prompt_parser.py, 28bd8e1) and
`combine_denoised` (modules/sd_samplers_cfg_denoiser.py, 029adbe).
"""
import ast
import json
import re
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
from fidelity import png, request, write
from k_samplers import scheduler_from
from random_models import ROOT, pipeline
from vector_index import VECTORS, record
from webui import VERSION

SMALL = {"width": 72, "height": 64, "steps": 8, "promptStyle": "a1111"}
TEXTS = [
    "a cat", "a cat AND a dog", "a cat :1.2 AND a dog:0.5", " a cat\n:-0.5  AND\n a dog", "HAND AND _AND AND ANDROID", "AND", "a AND AND b :2.",
    "a cat :0.6", "a view, 16:9", "12:.5 AND (a:1.2)", "a: 3 b AND c :+1", "a\u00c4AND b", "x : y :0.25 ", ":1.5", "a :1.2.3 AND b :1e3",
]


def requests():
    return [
        request("euler-and", 0, "euler", **SMALL, prompt="a red apple AND a blue fish :0.6", guidanceScale=5),
        request("dpmpp_2m-and", 4, "dpmpp_2m", **SMALL, prompt="a castle on a hill :1.2 AND at night:.8 AND snow :-0.4", negativePrompt="a green tree", guidanceScale=6),
        request("pndm-and", 9, "pndm", **SMALL, prompt="two owls in the forest :0.5"),
        request("ddim-and-1", 3, "ddim", **SMALL, prompt="a rocket in space :1.4 AND a red apple :1.6", negativePrompt="a dog", guidanceScale=1),
    ]


def webuis(folder):
    """`get_multicond_prompt_list` and `combine_denoised`."""
    scope = {"re": re, "torch": torch, "SdConditioning": lambda prompts: list(prompts)}
    wanted = ("re_AND", "re_weight", "get_multicond_prompt_list")
    parser = ast.parse((Path(folder) / "modules/prompt_parser.py").read_text())
    denoiser = ast.parse((Path(folder) / "modules/sd_samplers_cfg_denoiser.py").read_text())
    named = lambda node: node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else getattr(node, "name", None)
    body = [node for node in parser.body if named(node) in wanted]
    body += [node for node in ast.walk(denoiser) if named(node) == "combine_denoised"]
    assert len(body) == 4, [named(node) for node in body]
    for node in body:
        if isinstance(node, ast.FunctionDef):
            for each in node.args.args:
                each.annotation = None
    exec(compile(ast.Module(body, []), "webui", "exec"), scope)
    return scope["get_multicond_prompt_list"], scope["combine_denoised"]


def draw(pipe, config, case, webui):
    read, combine = webui
    [indexes], texts, _ = read([case["prompt"]])
    pipe.scheduler = scheduler_from(case["scheduler"], config, "model", case["seed"])
    states = [pipe.encode_prompt(text, "cpu", 1, False)[0] for text in [*texts, case["negativePrompt"]]]
    forward = pipe.unet.forward

    def answer(sample, timestep, **rest):
        outputs = torch.cat([forward(sample[:1], timestep, **{**rest, "encoder_hidden_states": each, "return_dict": False})[0] for each in states])
        combined = combine(None, outputs, [indexes], states[-1], case["guidanceScale"])
        return (torch.cat([combined] * sample.shape[0]),)

    pipe.unet.forward = answer
    try:
        picture = pipe(
            prompt=texts[0], negative_prompt="", num_inference_steps=case["steps"], guidance_scale=case["guidanceScale"],
            width=case["width"], height=case["height"], output_type="np", generator=torch.Generator().manual_seed(case["seed"]),
        ).images[0]
    finally:
        pipe.unet.forward = forward
    return (picture * 255).round().astype(np.uint8)


@torch.no_grad()
def main(folder):
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    webui = webuis(folder)
    rows = []
    for text in TEXTS:
        [indexes], texts, _ = webui[0]([text])
        rows.append(json.dumps({"prompt": text, "parts": [{"text": texts[i], "weight": weight} for i, weight in indexes]}))
    (VECTORS / "composed-prompts.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
    record("composed-prompts", "composed-prompts.json", "recipes/fidelity_and.py", "", "exact", "prompts joined by AND are read as stable-diffusion-webui does", {"package": "stable-diffusion-webui", "version": VERSION})
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config, cases, tensors = pipe.scheduler.config, requests(), []
    for case in cases:
        picture = draw(pipe, config, case, webui)
        assert picture.std() >= 8, f"a reference worth comparing with has contrast: {case['name']}"
        first = draw(pipe, config, {**case, "prompt": case["prompt"].split(" AND ")[0].split(" :")[0]}, webui)
        apart = np.abs(picture.astype(int) - first.astype(int)).mean()
        assert apart > 3, f"a reference is not the first prompt's alone: {case['name']}, {apart:.1f}"
        tensors.append((case["name"], "U8", [len(data := png(picture))], data))
        print(case["name"], f"std {picture.std():.1f}, {apart:.1f} from the first alone, {len(data)} bytes", flush=True)
    write("fidelity-and", "fidelity_and.py", cases, tensors, "the demo model's pictures of prompts joined by AND")


if __name__ == "__main__":
    main(sys.argv[1])
