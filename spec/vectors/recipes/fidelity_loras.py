"""Pictures of the demo model with LoRAs by diffusers' StableDiffusionPipeline and peft, float32, for `npm run fidelity`: at weights
other than 1, two at once, in kohya's naming and in PEFT's. The text encoder's part is added by the formula (diffusers 0.42.1 looks for
names that transformers 5 no longer has).

Writes spec/vectors/fidelity-loras.json and fidelity-loras.safetensors as fidelity.py does, the LoRAs' own files in it, whose numbers
come out of the hash of random_models.py.
    nice python spec/vectors/recipes/fidelity_loras.py   (a minute)
"""

import diffusers
import numpy as np
import torch
from fidelity import png, request, write
from hashed import uniform
from k_samplers import scheduler_from
from random_models import ROOT, encode, pipeline

SMALL = {"width": 96, "height": 96, "steps": 10}
RANK, ALPHA = 2, 1.0


def requests():
    one, two = {"name": "kohya", "weight": 0.8}, {"name": "peft", "weight": -0.6}
    return [
        request("euler-lora", 0, "euler", **SMALL, loras=[one]),
        request("dpmpp_2m-two-loras", 3, "dpmpp_2m", **SMALL, loras=[one, {**two, "weight": 1.3}], guidanceScale=5),
        request("pndm-lora-turned", 5, "pndm", **{**SMALL, "height": 120}, loras=[two], negativePrompt="snow"),
        request("ddim-lora-by-tag", 8, "ddim", **SMALL, promptStyle="a1111", written="a fish under water<lora:kohya:0.9:0.5>", loras=[{"name": "kohya", "weight": 0.5, "textEncoderWeight": 0.9}]),
    ]


def layers(pipe):
    unet = [name for name, module in pipe.unet.named_modules() if name.endswith(("attn1.to_v", "attn2.to_v", "ff.net.2", "resnets.0.conv1"))]
    text = [name for name, module in pipe.text_encoder.named_modules() if name.endswith(("q_proj", "mlp.fc1"))]
    return {"unet": unet[::3], "text_encoder": text[::2]}


def factors(lora, name, shape):
    of = lambda part, size, spread: torch.from_numpy((uniform(f"fidelity/{lora}/{name}/{part}", int(np.prod(size))) * spread).astype(np.float16).astype(np.float32).reshape(size))
    fan_in = int(np.prod(shape[1:]))
    return of("down", [RANK, *shape[1:]], 5 / fan_in**0.5), of("up", [shape[0], RANK, *[1] * (len(shape) - 2)], 2.5)


def made(pipe):
    """For each LoRA its tensors by published layer, and the file's names for them."""
    loras = {}
    for lora in ("kohya", "peft"):
        tensors, named = {}, {}
        for part, names in layers(pipe).items():
            if lora == "peft" and part == "text_encoder":
                continue
            for name in names if lora == "kohya" else names[1:]:
                module = getattr(pipe, part).get_submodule(name)
                down, up = factors(lora, name, list(module.weight.shape))
                named[part, name] = (down, up)
                if lora == "kohya":
                    published = name if part == "unet" or name.startswith("text_model.") else f"text_model.{name}"
                    key = f'{"lora_unet" if part == "unet" else "lora_te"}_{published.replace(".", "_")}'
                    tensors |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up, f"{key}.alpha": torch.tensor(ALPHA)}
                else:
                    tensors |= {f"unet.{name}.lora_A.weight": down, f"unet.{name}.lora_B.weight": up}
        loras[lora] = (tensors, named)
    return loras


def stored(tensors):
    """Factors in half precision, which they were rounded to."""
    f32 = lambda tensor: tensor.dim() == 0
    rows = [(name, "F32" if f32(t) else "F16", list(t.shape), t.numpy().astype(np.float32 if f32(t) else np.float16).tobytes()) for name, t in tensors.items()]
    return encode(rows)


def draw(pipe, config, case, loras):
    pipe.scheduler = scheduler_from(case["scheduler"], config, "model", case["seed"])
    before = {name: parameter.clone() for name, parameter in pipe.text_encoder.state_dict().items()}
    for chosen in case["loras"]:
        tensors, named = loras[chosen["name"]]
        pipe.load_lora_weights({name: t for name, t in tensors.items() if not name.startswith("lora_te_")}, adapter_name=chosen["name"])
        scale = chosen.get("textEncoderWeight", chosen["weight"]) * ALPHA / RANK
        for (part, name), (down, up) in named.items():
            if part == "text_encoder":
                pipe.text_encoder.get_submodule(name).weight.data += scale * up @ down
    if case["loras"]:
        pipe.set_adapters([each["name"] for each in case["loras"]], [each["weight"] for each in case["loras"]])
    picture = pipe(
        case["prompt"], negative_prompt=case["negativePrompt"], num_inference_steps=case["steps"], guidance_scale=case["guidanceScale"],
        width=case["width"], height=case["height"], output_type="np", generator=torch.Generator().manual_seed(case["seed"]),
    ).images[0]
    if case["loras"]:
        pipe.unload_lora_weights()
    pipe.text_encoder.load_state_dict(before)
    return (picture * 255).round().astype(np.uint8)


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    diffusers.utils.logging.set_verbosity_error()
    pipe = pipeline(ROOT / "models" / "demo" / "model")
    config = pipe.scheduler.config
    loras = made(pipe)
    tensors = [(f"lora-{name}", "U8", [len(data := stored(named))], data) for name, (named, _) in loras.items()]
    cases = requests()
    for case in cases:
        picture, plain = draw(pipe, config, case, loras), draw(pipe, config, {**case, "loras": []}, loras)
        apart = 10 * np.log10(255**2 / np.mean((picture.astype(float) - plain) ** 2))
        tensors.append((case["name"], "U8", [len(data := png(picture))], data))
        print(case["name"], f"std {picture.std():.1f}, {apart:.1f} dB from without, {len(data)} bytes", flush=True)
        assert picture.std() >= 8, f"a reference worth comparing with has contrast: {case['name']}"
        assert apart < 30, f"a reference worth comparing with is not what is drawn anyway: {case['name']}, {apart:.1f} dB"
    for case in cases:
        if "written" in case:
            case["prompt"] = case.pop("written")
            del case["loras"]
    write("fidelity-loras", "fidelity_loras.py", cases, tensors, "the demo model's pictures with LoRAs", drew="the LoRAs, and what diffusers drew, as PNG files")


if __name__ == "__main__":
    main()
