"""The UNets of random models A and B with FreeU, over the inputs of networks-A and -B, and pictures of the demo model with it, by diffusers'
`enable_freeu`, float32.

    nice python spec/vectors/recipes/freeu.py   (from the repository's root)
"""
import json

import diffusers
import numpy as np
import torch
from fidelity import png, request, write
from k_samplers import scheduler_from
from random_models import ROOT, build, encode, pipeline
from vector_index import VECTORS, record

FACTORS = [1.5, 1.6, 0.9, 0.2]
CALLS = ["square", "odd", "batch"]


def enable(unet, factors):
    b1, b2, s1, s2 = factors
    unet.enable_freeu(s1=s1, s2=s2, b1=b1, b2=b2)


def tensors_of(file):
    data = (VECTORS / file).read_bytes()
    size = int.from_bytes(data[:8], "little")
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            yield name, torch.tensor(np.frombuffer(data[8 + size + begin : 8 + size + end], np.float32).reshape(entry["shape"]).copy())


@torch.no_grad()
def networks():
    saved = []
    for model in ("A", "B"):
        unet = pipeline(build(model)).unet
        enable(unet, FACTORS)
        inputs = dict(tensors_of(f"networks-{model}.safetensors"))
        for name in CALLS:
            sample = inputs[f"unet.{name}.sample"]
            noise = unet(sample, inputs[f"unet.{name}.timestep"][0], inputs["text.hidden_states"][: len(sample)]).sample.numpy()
            plain = inputs[f"unet.{name}.noise"].numpy()
            print(model, name, f"{np.abs(noise - plain).max() / np.abs(plain).max():.3f} of the largest apart")
            saved.append((f"{model}.{name}", "F32", list(noise.shape), noise.tobytes()))
    return saved


def requests():
    small = {"width": 64, "height": 56, "steps": 10}
    return [
        request("euler-freeu", 3, "euler", **small, freeu=FACTORS),
        request("dpmpp_2m-freeu", 4, "dpmpp_2m", **{**small, "width": 72, "height": 72}, freeu=[1.2, 1.4, 0.9, 0.2]),
        request("ddim-freeu-skips", 5, "ddim", **small, guidanceScale=1, freeu=[1, 1, 0.5, 2]),
    ]


def main():
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    (VECTORS / "networks-freeu.safetensors").write_bytes(encode(networks()))
    because = f"UNets of models A and B by FreeU's factors {FACTORS}"
    record("networks-freeu", "networks-freeu.safetensors", "recipes/freeu.py", "diffusers", "2e-5 of the largest value", because)
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config = pipe.scheduler.config
    tensors, cases = [], requests()
    for case in cases:
        enable(pipe.unet, case["freeu"])
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
    write("fidelity-freeu", "freeu.py", cases, tensors, "the demo model's pictures with FreeU")


if __name__ == "__main__":
    main()
