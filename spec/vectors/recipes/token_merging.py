"""The UNet of random model A with merged tokens, over the inputs of networks-A (B attends to nothing at its finest level), and pictures of the demo model with them, by tomesd
0.1.3 on diffusers, float32. tomesd itself draws no random destinations where it is shown one picture at a time, as this engine does by default.

    nice python spec/vectors/recipes/token_merging.py   (from the repository's root)
"""
import diffusers
import numpy as np
import tomesd
import torch
from fidelity import png, request, write
from freeu import CALLS, tensors_of
from k_samplers import scheduler_from
from random_models import ROOT, build, encode, pipeline
from vector_index import VECTORS, record

RATIOS = [0.5, 0.75]


def merge(model, ratio):
    return tomesd.apply_patch(model, ratio=ratio, use_rand=False)


@torch.no_grad()
def networks():
    saved = []
    inputs = dict(tensors_of("networks-A.safetensors"))
    for ratio in RATIOS:
        unet = merge(pipeline(build("A")).unet, ratio)
        for name in CALLS:
            sample = inputs[f"unet.{name}.sample"]
            noise = unet(sample, inputs[f"unet.{name}.timestep"][0], inputs["text.hidden_states"][: len(sample)]).sample.numpy()
            plain = inputs[f"unet.{name}.noise"].numpy()
            print(name, ratio, f"{np.abs(noise - plain).max() / np.abs(plain).max():.3f} of the largest apart")
            saved.append((f"{name}.{ratio}", "F32", list(noise.shape), noise.tobytes()))
    return saved


def requests():
    small = {"width": 64, "height": 56, "steps": 10}
    return [
        request("euler-merged", 3, "euler", **small, tokenMergingRatio=0.5),
        request("dpmpp_2m-merged", 4, "dpmpp_2m", **{**small, "width": 72, "height": 72}, tokenMergingRatio=0.3),
        request("ddim-merged-all", 5, "ddim", **small, guidanceScale=1, tokenMergingRatio=0.75),
    ]


class OneByOne(torch.nn.Module):
    """A UNet called with one picture at a time: matches of two differ in the last digit, which may be another token."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("unet"), name)

    def forward(self, sample, timestep, encoder_hidden_states, **_):
        parts = [self.unet(sample[i : i + 1], timestep, encoder_hidden_states[i : i + 1]).sample for i in range(len(sample))]
        return (torch.cat(parts),)


def main():
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    (VECTORS / "networks-merged.safetensors").write_bytes(encode(networks()))
    because = f"the UNet of model A with {RATIOS} of its tokens merged"
    record("networks-merged", "networks-merged.safetensors", "recipes/token_merging.py", "tomesd", "2e-5 of the largest value", because)
    tensors, cases = [], requests()
    for case in cases:
        pipe = pipeline(ROOT / "models" / "demo" / "model")
        config = pipe.scheduler.config
        merge(pipe.unet, case["tokenMergingRatio"])
        pipe.unet = OneByOne(pipe.unet)
        pipe.scheduler = scheduler_from(case["scheduler"], config)
        [picture] = pipe(
            case["prompt"], negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"], guidance_scale=case["guidanceScale"],
            width=case["width"], height=case["height"], generator=torch.Generator().manual_seed(case["seed"]), output_type="np",
        ).images
        picture = (picture * 255).round().astype(np.uint8)
        file = png(picture)
        tensors.append((case["name"], "U8", [len(file)], file))
        print(case["name"], f"std {picture.std():.1f}, {len(file)} bytes", flush=True)
        assert picture.std() > 8, "a reference worth comparing with has contrast"
    write("fidelity-merged", "token_merging.py", cases, tensors, "the demo model's pictures with merged tokens")


if __name__ == "__main__":
    main()
