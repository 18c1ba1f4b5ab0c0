"""Pictures of the demo model by diffusers' StableDiffusionPipeline for `npm run fidelity` whose UNet keeps deep features, by the
DeepCache package's own helper, which is imported alone: the rest of the package is for older versions of diffusers.

Writes spec/vectors/fidelity-saving.json and fidelity-saving.safetensors as fidelity.py does.
    nice python spec/vectors/recipes/fidelity_saving.py   (a minute)
"""
import importlib.util
from importlib.metadata import distribution

import diffusers
import numpy as np
import torch
from fidelity import png, request, write
from k_samplers import scheduler_from
from random_models import ROOT, pipeline

SMALL = {"width": 96, "height": 96, "steps": 10}

# Of the package.
HELPER = distribution("DeepCache").locate_file("DeepCache/extension/deepcache.py")


def requests():
    return [
        request("euler-cache", 0, "euler", **SMALL, cacheInterval=2),
        request("ddim-cache", 3, "ddim", **SMALL, cacheInterval=3, cacheBranch=3, negativePrompt="snow"),
        request("dpmpp_2m-cache", 5, "dpmpp_2m", **{**SMALL, "height": 120, "steps": 12}, cacheInterval=5, cacheBranch=2),
        request("unipc-cache", 8, "unipc", **SMALL, guidanceScale=1, cacheInterval=4, cacheBranch=1),
    ]


def draw(pipe, config, case):
    pipe.scheduler = scheduler_from(case["scheduler"], config, "model", case["seed"])
    helper = deepcache.DeepCacheSDHelper(pipe)
    # set_params takes three layers a block for granted; the demo model has two.
    layers = pipe.unet.config.layers_per_block + 1
    block, layer = divmod(case.get("cacheBranch", 0), layers)
    helper.set_params(cache_interval=case.get("cacheInterval", 1))
    helper.params |= {"cache_block_id": block, "cache_layer_id": layer}
    helper.enable()
    try:
        picture = pipe(
            case["prompt"], negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"],
            guidance_scale=case["guidanceScale"], width=case["width"], height=case["height"], output_type="np",
            generator=torch.Generator().manual_seed(case["seed"]),
        ).images[0]
    finally:
        helper.disable()
    return (picture * 255).round().astype(np.uint8)


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config = pipe.scheduler.config
    tensors, cases = [], requests()
    for case in cases:
        picture = draw(pipe, config, case)
        plain = draw(pipe, config, {key: value for key, value in case.items() if not key.startswith("cache")})
        apart = 10 * np.log10(255**2 / np.mean((picture.astype(float) - plain) ** 2))
        assert picture.std() >= 8, f"a reference worth comparing with has contrast: {case['name']}"
        assert apart < 40, f"a reference worth comparing with is not what is drawn anyway: {case['name']}, {apart:.1f} dB"
        tensors.append((case["name"], "U8", [len(data := png(picture))], data))
        print(case["name"], f"std {picture.std():.1f}, {apart:.1f} dB from nothing kept, {len(data)} bytes", flush=True)
    write("fidelity-saving", "fidelity_saving.py", cases, tensors, "the demo model's pictures with deep features kept", package="DeepCache")


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("deepcache", HELPER)
    deepcache = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(deepcache)

    main()
