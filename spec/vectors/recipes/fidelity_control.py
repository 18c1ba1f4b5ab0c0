"""Pictures of the demo model steered by ControlNets, by diffusers' StableDiffusionControlNetPipeline and its kin for img2img and inpainting, and by
T2I-adapters, by StableDiffusionAdapterPipeline, float32, for `npm run fidelity`.

The ControlNets are the demo model's UNet with parts of their own out of a hash, which build/fidelityControl.ts repeats; so is all of the adapters. What they follow
is one of fidelity.py's pictures, brought to the size by the pipelines. Deep features are kept by DeepCache's own helper.
    nice python spec/vectors/recipes/fidelity_control.py   (from the repository's root)
"""
import io

import diffusers
import numpy as np
import torch
from DeepCache import DeepCacheSDHelper
from diffusers import ControlNetModel, MultiAdapter, MultiControlNetModel, StableDiffusionAdapterPipeline, T2IAdapter
from fidelity import png, request, write
from fidelity_images import mask, pictures
from hashed import uniform
from k_samplers import scheduler_from
from PIL import Image
from random_models import ROOT, pipeline

SMALL = {"steps": 10, "width": 64, "height": 64}
LESS = {"steps": 10, "width": 48, "height": 48}
ONE = [{"name": "control-a", "follows": "euler-square"}]
TWO = [
    {"name": "control-a", "follows": "euler-square", "weight": 0.8, "end": 0.6},
    {"name": "control-b", "follows": "ddim-square", "weight": 0.5, "start": 0.2},
]

GRAY = [{"name": "adapter-gray", "follows": "euler-square", "weight": 0.8}]
PAIR = [{"name": "adapter-a", "follows": "euler-square", "weight": 0.7}, {"name": "adapter-b", "follows": "ddim-square", "weight": 0.4}]
MIXED = [{"name": "adapter-light", "follows": "ddim-square", "weight": 0.8}, {"name": "adapter-a", "follows": "euler-square", "weight": 0.5}]


def requests():
    shuffle = {"name": "control-shuffle", "follows": "euler-square", "weight": 0.7}
    part = [{**ONE[0], "weight": 0.6, "start": 0.2, "end": 0.7}]
    return [
        request("euler-control", 0, "euler", **SMALL, controlled=ONE),
        request("dpmpp_2m-control-part", 1, "dpmpp_2m", **{**SMALL, "width": 88, "height": 56}, guidanceScale=12, controlled=part),
        request("pndm-control-two", 2, "pndm", **SMALL, controlled=TWO, negativePrompt="blurry, green"),
        request("ddim-control-guess", 3, "ddim", **SMALL, controlled=ONE, controlGuess=True, guidanceScale=4),
        request("heun-control-half", 4, "heun", **{**SMALL, "height": 72}, guidanceScale=1, controlled=[{**ONE[0], "end": 0.5}]),
        request("euler_a-control-from", 5, "euler_a", **SMALL, controlled=ONE, initFrom="unipc-square", strength=0.6),
        request("euler-adapter", 0, "euler", **SMALL, controlled=[{"name": "adapter-a", "follows": "euler-square"}]),
        request("dpmpp_2m-adapter-gray", 1, "dpmpp_2m", **{**SMALL, "width": 88, "height": 56}, controlled=GRAY, guidanceScale=12),
        request("pndm-adapter-two", 2, "pndm", **LESS, controlled=MIXED, negativePrompt="blurry, green"),
        request("unipc-control-into", 6, "unipc", **SMALL, controlled=TWO, initFrom="deis-square", maskBox=[16, 8, 48, 40], strength=0.75),
        request("euler-control-pooled", 7, "euler", **SMALL, controlled=[shuffle]),
        request("ddim-control-pooled-second", 8, "ddim", **SMALL, controlled=[ONE[0], shuffle]),
        request("euler-control-masked", 9, "euler", **SMALL, controlled=[{"name": "control-inpaint", "follows": "euler-square"}], initFrom="euler-square", maskBox=[16, 8, 48, 40]),
        request("euler-control-cache", 10, "euler", **LESS, controlled=TWO, cacheInterval=3, cacheBranch=3),
        request("ddim-adapter-cache", 11, "ddim", **LESS, controlled=PAIR, cacheInterval=2, cacheBranch=2),
        request("euler-adapter-light", 12, "euler", **{**LESS, "width": 56, "height": 40}, controlled=[{"name": "adapter-light-gray", "follows": "euler-square"}]),
    ]


def hashed(net, unet, name):
    """What it shares with the UNet is there already."""
    state = net.state_dict()
    shared = unet.state_dict()
    for key, tensor in state.items():
        if key in shared:
            continue
        count = tensor.numel()
        gain = 0.9 if "light" in name else 1.5
        spread = 0.1 if tensor.dim() == 1 else gain * np.sqrt(12 / (count / tensor.shape[0]))
        state[key] = torch.tensor((uniform(f"{name}/{key}", count) * spread).astype(np.float32).reshape(tuple(tensor.shape)))
    net.load_state_dict(state)
    return net


def adapter_pipeline(pipe, case):
    nets = []
    for each in case["controlled"]:
        channels = list(pipe.unet.config.block_out_channels)
        seen = {"in_channels": 1 if "gray" in each["name"] else 3, "downscale_factor": 8}
        net = light_adapter(channels, seen) if "light" in each["name"] else T2IAdapter(channels=channels, num_res_blocks=2, **seen)
        nets.append(hashed(net, torch.nn.Module(), each["name"]))
    parts = {key: value for key, value in pipe.components.items() if key != "image_encoder"}
    several = len(nets) > 1
    drawing = StableDiffusionAdapterPipeline(**parts, adapter=MultiAdapter(nets) if several else nets[0], requires_safety_checker=False)
    follows = [picture(each["follows"]).convert("L" if "gray" in each["name"] else "RGB") for each in case["controlled"]]
    weights = [each.get("weight", 1.0) for each in case["controlled"]]
    options = {
        "image": follows if several else follows[0],
        "adapter_conditioning_scale": weights if several else weights[0],
    }
    return drawing, options


def light_adapter(channels, seen):
    """LightAdapter's last two levels are equally wide, as Stable Diffusion's are and the demo model's are not: of one with a level more, all but that."""
    net = T2IAdapter(channels=channels, num_res_blocks=4, adapter_type="light_adapter", **seen)
    net.adapter.body = net.adapter.body[: len(channels)]
    net.adapter.total_downscale_factor = 8 * 2 ** (len(channels) - 1)
    return net


def drawn_by(drawing, case, config, **options):
    drawing.set_progress_bar_config(disable=True)
    drawing.scheduler = scheduler_from(case["scheduler"], config, "model", case["seed"])
    if "cacheInterval" in case:
        # As in fidelity_saving.py.
        block, layer = divmod(case["cacheBranch"], drawing.unet.config.layers_per_block + 1)
        helper = DeepCacheSDHelper(drawing)
        helper.set_params(cache_interval=case["cacheInterval"])
        helper.params |= {"cache_block_id": block, "cache_layer_id": layer}
        helper.enable()
    return drawing(
        case["prompt"], negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"], guidance_scale=case["guidanceScale"],
        generator=torch.Generator().manual_seed(case["seed"]), output_type="np", width=case["width"], height=case["height"], **options,
    ).images[0]


def picture(name):
    return Image.open(io.BytesIO(pictures()[name])).convert("RGB")


def draw(pipe, case):
    config = pipe.scheduler.config
    drawing, options = (adapter_pipeline if case["controlled"][0]["name"].startswith("adapter") else control_pipeline)(pipe, case)
    return (drawn_by(drawing, case, config, **options) * 255).round().astype(np.uint8)


def control_pipeline(pipe, case):
    nets = [hashed(ControlNetModel.from_unet(pipe.unet), pipe.unet, each["name"]) for each in case["controlled"]]
    for net, each in zip(nets, case["controlled"]):
        net.register_to_config(global_pool_conditions="shuffle" in each["name"])
    kinds = diffusers.StableDiffusionControlNetPipeline, diffusers.StableDiffusionControlNetImg2ImgPipeline, diffusers.StableDiffusionControlNetInpaintPipeline
    kind = kinds[2 if "maskBox" in case else 1 if "initFrom" in case else 0]
    several = len(nets) > 1
    drawing = kind(**pipe.components, controlnet=MultiControlNetModel(nets) if several else nets[0], requires_safety_checker=False)
    of = lambda key, default: [each.get(key, default) for each in case["controlled"]] if several else case["controlled"][0].get(key, default)
    follows = [picture(each["follows"]) for each in case["controlled"]]
    follows = [inpaint_condition(image, case) if "inpaint" in each["name"] else image for image, each in zip(follows, case["controlled"])]
    follows = follows if several else follows[0]
    images = {"image": follows}
    if "initFrom" in case:
        start = picture(case["initFrom"]).resize((case["width"], case["height"]), Image.Resampling.LANCZOS)
        images = {"image": start, "control_image": follows, "strength": case.get("strength", 1.0)}
        if "maskBox" in case:
            images["mask_image"] = mask(case)
    when = {"control_guidance_start": of("start", 0.0), "control_guidance_end": of("end", 1.0), "guess_mode": case.get("controlGuess", False)}
    return drawing, {**images, **when, "controlnet_conditioning_scale": of("weight", 1.0)}


def inpaint_condition(image, case):
    """`make_inpaint_condition` of diffusers' documentation (using-diffusers/controlnet, and the card of control_v11p_sd15_inpaint)."""
    image = np.asarray(image.resize((case["width"], case["height"]), Image.Resampling.LANCZOS)).astype(np.float32) / 255.0
    image[np.asarray(mask(case)).astype(np.float32) / 255.0 > 0.5] = -1.0
    return torch.from_numpy(image[None].transpose(0, 3, 1, 2).copy())


def main():
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    tensors, cases = [], requests()
    for case in cases:
        picture_ = draw(pipeline(ROOT / "models" / "demo" / "model"), case)
        file = png(picture_)
        tensors.append((case["name"], "U8", [len(file)], file))
        print(case["name"], f"std {picture_.std():.1f}, {len(file)} bytes", flush=True)
        assert picture_.std() > 8, "a reference worth comparing with has contrast"
    write("fidelity-control", "fidelity_control.py", cases, tensors, "the demo model's pictures steered by ControlNets and T2I-adapters")


if __name__ == "__main__":
    main()
