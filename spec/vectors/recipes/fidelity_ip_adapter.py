"""Pictures of the demo model drawn like others, by IP-Adapters in diffusers' pipelines, float32, for `npm run fidelity`.

Adapters and image encoder are those of ip_adapters.py, out of a hash. What is to be seen are pictures of fidelity.py.
    nice python spec/vectors/recipes/fidelity_ip_adapter.py   (from the repository's root)
"""
import diffusers
import numpy as np
import torch
from DeepCache import DeepCacheSDHelper
from diffusers import ControlNetModel, StableDiffusionControlNetPipeline, StableDiffusionImg2ImgPipeline, StableDiffusionPipeline
from diffusers.image_processor import IPAdapterMaskProcessor
from fidelity import png, request, write
from fidelity_control import hashed, picture
from ip_adapters import image_encoder, ip_adapter, processor
from k_samplers import scheduler_from
from PIL import Image
from random_models import ROOT, pipeline

SMALL = {"steps": 10, "width": 48, "height": 48}


def like(kind, *follows, scale=1.0, boxes=None):
    return {"name": kind, "follows": list(follows), "scale": scale, **({"boxes": boxes} if boxes else {})}


def requests():
    plain = like("plain", "euler-square")
    pair = [like("plain", "euler-square", scale=0.7), like("plus", "pndm-wide-12", scale=0.4)]
    masked = like("plain", "euler-square", "ddim-tall-1", boxes=[[0, 0, 22, 48], [18, 12, 48, 40]])
    return [
        request("euler-ip", 0, "euler", **SMALL, likened=[plain]),
        request("dpmpp_2m-ip-two-pictures", 1, "dpmpp_2m", **{**SMALL, "width": 56}, guidanceScale=12, likened=[like("plain", "ddim-tall-1", "euler-square", scale=0.6)]),
        request("pndm-ip-plus", 2, "pndm", **SMALL, negativePrompt="blurry, green", likened=[like("plus", "pndm-wide-12", scale=0.8)]),
        request("heun-ip-full-1", 4, "heun", **{**SMALL, "height": 40}, guidanceScale=1, likened=[like("full", "euler-square", scale=0.5)]),
        request("euler_a-ip-two", 5, "euler_a", **SMALL, likened=pair, initFrom="unipc-square", strength=0.6),
        request("unipc-ip-control", 6, "unipc", **SMALL, likened=[plain], controlled=[{"name": "control-a", "follows": "euler-square"}]),
        request("euler-ip-masks", 7, "euler", **SMALL, likened=[masked, like("plus", "pndm-wide-12", scale=0.3)]),
        request("ddim-ip-cache", 3, "ddim", **SMALL, likened=[plain], cacheInterval=2, guidanceScale=4),
    ]


def masks(each, case):
    """[1, pictures, height, width], white in a box each; None of what counts everywhere."""
    if "boxes" not in each:
        return None
    pictures = []
    for box in each["boxes"]:
        mask = Image.new("L", (case["width"], case["height"]), 0)
        mask.paste(255, tuple(box))
        pictures.append(mask)
    return IPAdapterMaskProcessor().preprocess(pictures, height=case["height"], width=case["width"]).transpose(0, 1)


def draw(pipe, case):
    config = pipe.scheduler.config
    parts = {**pipe.components, "image_encoder": image_encoder(), "feature_extractor": processor()}
    options, kind = {"width": case["width"], "height": case["height"]}, StableDiffusionPipeline
    if "initFrom" in case:
        kind = StableDiffusionImg2ImgPipeline
        start = picture(case["initFrom"]).resize((case["width"], case["height"]), Image.Resampling.LANCZOS)
        options = {"image": start, "strength": case["strength"]}
    if "controlled" in case:
        kind = StableDiffusionControlNetPipeline
        steering = case["controlled"][0]
        parts["controlnet"] = hashed(ControlNetModel.from_unet(pipe.unet), pipe.unet, steering["name"])
        options["image"] = picture(steering["follows"])
    drawing = kind(**parts, requires_safety_checker=False)
    adapters = [ip_adapter(pipe.unet, each["name"]) for each in case["likened"]]
    drawing.load_ip_adapter(adapters, subfolder=[""] * len(adapters), weight_name=[""] * len(adapters))
    drawing.set_ip_adapter_scale([each["scale"] for each in case["likened"]])
    drawing.set_progress_bar_config(disable=True)
    drawing.scheduler = scheduler_from(case["scheduler"], config, "model", case["seed"])
    if "cacheInterval" in case:
        helper = DeepCacheSDHelper(pipe=drawing)
        helper.set_params(cache_interval=case["cacheInterval"], cache_branch_id=0)
        helper.enable()
    if any("boxes" in each for each in case["likened"]):
        options["cross_attention_kwargs"] = {"ip_adapter_masks": [masks(each, case) for each in case["likened"]]}
    return drawing(
        case["prompt"], negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"], guidance_scale=case["guidanceScale"],
        generator=torch.Generator().manual_seed(case["seed"]), output_type="np", **options,
        ip_adapter_image=[[picture(name) for name in each["follows"]] for each in case["likened"]],
    ).images[0]


def main():
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    tensors, cases = [], requests()
    for case in cases:
        made = (draw(pipeline(ROOT / "models" / "demo" / "model"), case) * 255).round().astype(np.uint8)
        alone = (draw(pipeline(ROOT / "models" / "demo" / "model"), {**case, "likened": [{**each, "scale": 0.0} for each in case["likened"]]}) * 255).round().astype(np.uint8)
        file = png(made)
        tensors.append((case["name"], "U8", [len(file)], file))
        apart = np.abs(made.astype(int) - alone).mean()
        print(case["name"], f"std {made.std():.1f}, {apart:.1f} from one without, {len(file)} bytes", flush=True)
        assert made.std() > 8 and apart > 4, "a reference worth comparing with has contrast, and shows what it was like"
    write("fidelity-ip-adapter", "fidelity_ip_adapter.py", cases, tensors, "the demo model's pictures drawn like others by IP-Adapters")


if __name__ == "__main__":
    main()
