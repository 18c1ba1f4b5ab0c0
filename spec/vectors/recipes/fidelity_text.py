"""Pictures of the demo model by diffusers for `npm run fidelity` whose words are read in other ways: clip skip and textual
inversion as diffusers has them; chunks, weights, BREAK and prompts that change as stable-diffusion-webui's hidden states
(webui.py), handed to diffusers' pipeline.

Writes spec/vectors/fidelity-text.json and fidelity-text.safetensors as fidelity.py does, and in the latter also the embedding.
    nice python spec/vectors/recipes/fidelity_text.py FOLDER   (a checkout of stable-diffusion-webui, see webui.py)
"""
import sys
import tempfile
from pathlib import Path

import diffusers
import numpy as np
import torch
import webui
from fidelity import png, request, write
from hashed import uniform
from k_samplers import scheduler_from
from random_models import ROOT, pipeline
from safetensors.torch import save

SMALL = {"width": 96, "height": 96}
LONG = "a red apple on a blue background, " * 5 + "a small dog in the snow at night, " * 5 + "a castle on a hill"
WORD = "<made-up>"


def requests():
    a1111 = {"promptStyle": "a1111", **SMALL}
    return [
        request("pndm-clip-skip", 0, "pndm", **SMALL, clipSkip=1, steps=12, prompt="two owls in the forest"),
        request("euler-embedding", 1, "euler", **SMALL, steps=10, prompt=f"a {WORD} apple on a {WORD}, at night", embeddings=[WORD]),
        request("dpmpp_2m-chunks", 2, "dpmpp_2m", **SMALL, longPrompts="chunks", steps=10, prompt=LONG, negativePrompt="(blurry), green"),
        request("euler_a-weights", 3, "euler_a", **{**a1111, "width": 120}, steps=10, prompt="a ((red)) apple (on a blue background:0.6), [night]", negativePrompt="(green:1.4)"),
        request("euler-editing", 4, "euler", **a1111, steps=10, prompt="a [dog:cat:0.4] on the [meadow|beach]", negativePrompt="[:night:3]"),
        request("dpmpp_2m-break", 5, "dpmpp_2m", **a1111, steps=10, clipSkip=1, guidanceScale=12, prompt="a (castle:1.2) on a hill BREAK at [sunset:night:2]"),
        request("ddim-unguided", 6, "ddim", **{**a1111, "height": 120}, steps=8, guidanceScale=1, prompt="a [rocket|(fish:1.3)] in space"),
    ]


class Words:
    """Hidden states by step, as webui picks them: an entry holds while the step, counted from 0, is no later than its end."""

    def __init__(self, embedder, parser, case):
        styled = case.get("promptStyle") == "a1111"
        webui.OPTIONS.emphasis = "Original" if styled else "None"
        webui.OPTIONS.CLIP_stop_at_last_layers = 1 + case.get("clipSkip", 0)
        texts = [case["prompt"], case["negativePrompt"]]
        steps = case["steps"]
        plans = parser.get_learned_conditioning_prompt_schedules(texts, steps) if styled else [[[steps, text]] for text in texts]
        # Each text by itself: together, webui takes one mean of all that a prompt becomes.
        self.plans = [[(end, embedder([text])) for end, text in plan] for plan in plans]
        self.empty = embedder([""])
        self.length = max(states.shape[1] for plan in self.plans for _, states in plan)

    def at(self, step: int):
        return [self.padded(next(states for end, states in plan if step <= end)) for plan in self.plans]

    def padded(self, states):
        return torch.cat([states, *[self.empty] * ((self.length - states.shape[1]) // 77)], dim=1)


def draw(pipe, config, case, embedder, parser):
    pipe.scheduler = scheduler_from(case["scheduler"], config, "model", case["seed"])
    guided = case["guidanceScale"] > 1
    options = {}
    if "promptStyle" in case or "longPrompts" in case:
        words = Words(embedder, parser, case)
        prompt, negative = words.at(0)
        options = {"prompt_embeds": prompt, **({"negative_prompt_embeds": negative} if guided else {})}

        def change(_pipe, step, _timestep, _tensors):
            both = words.at(step + 1) if step + 1 < case["steps"] else words.at(step)
            return {"prompt_embeds": torch.cat([both[1], both[0]]) if guided else both[0]}

        options |= {"callback_on_step_end": change, "callback_on_step_end_tensor_inputs": ["prompt_embeds"]}
    else:
        options = {"prompt": case["prompt"], "negative_prompt": case["negativePrompt"], "clip_skip": case.get("clipSkip")}
    picture = pipe(
        num_inference_steps=case["steps"], guidance_scale=case["guidanceScale"], width=case["width"], height=case["height"],
        output_type="np", generator=torch.Generator().manual_seed(case["seed"]), **options,
    ).images[0]
    return (picture * 255).round().astype(np.uint8)


@torch.no_grad()
def main(folder: str) -> None:
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    # Where diffusers 0.42 looks for the final layer norm, which transformers 5 has moved.
    object.__setattr__(pipe.text_encoder, "text_model", pipe.text_encoder)
    config = pipe.scheduler.config
    parser, embedder = webui.parser(folder), webui.embedder(folder, pipe.tokenizer, pipe.text_encoder)
    file = save({WORD: torch.tensor((uniform("made-up word", 3 * 64) * 0.1).astype(np.float32).reshape(3, 64))})
    tensors, cases = [(WORD, "U8", [len(file)], file)], requests()
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "made-up.safetensors").write_bytes(file)
        for case in cases:
            if "embeddings" in case:
                pipe.load_textual_inversion(scratch, weight_name="made-up.safetensors")
            picture = draw(pipe, config, case, embedder, parser)
            assert picture.std() >= 8, f"a reference worth comparing with has contrast: {case['name']}"
            tensors.append((case["name"], "U8", [len(data := png(picture))], data))
            print(case["name"], f"std {picture.std():.1f}, {len(data)} bytes", flush=True)
    write("fidelity-text", "fidelity_text.py", cases, tensors, "the demo model's pictures of prompts read in other ways")


if __name__ == "__main__":
    main(sys.argv[1])
