"""stable-diffusion.cpp through its Python bindings, in f16 as the checkpoint is; times are those that its log tells."""
import ctypes
import re

import stable_diffusion_cpp
from measuring import asked, tell
from stable_diffusion_cpp import StableDiffusion
from stable_diffusion_cpp import stable_diffusion_cpp as low_level

job = asked()
said = []


@low_level.sd_log_callback
def listen(_level, text, _data):
    said.append(text.decode("utf-8", errors="replace"))


model = StableDiffusion(model_path=job["checkpoint"], n_threads=job["threads"], wtype="f16", rng_type="cpu", verbose=False)
low_level.sd_set_log_callback(listen, ctypes.c_void_p(0))
for pixels in sorted({figure["pixels"] for figure in job["figures"]}):
    said.clear()
    steps = []
    # Guided: a step is two passes. The first step also warms up and is left out.
    model.generate_image(
        prompt="a lighthouse",
        width=pixels,
        height=pixels,
        sample_steps=1 + job["runs"],
        cfg_scale=7.5,
        seed=1,
        progress_callback=lambda step, of, seconds: steps.append((step, of, seconds)),
    )
    text = "".join(said)
    for figure in job["figures"]:
        if figure["pixels"] != pixels:
            continue
        if figure["stage"] == "unet":
            tell(figure, [seconds / 2 for step, _, seconds in steps if step > 1])
        else:
            done = {"text_encoder": "get_learned_condition", "vae_decoder": "decode_first_stage"}[figure["stage"]]
            tell(figure, [float(re.search(rf"{done} completed, taking ([\d.]+)s", text).group(1))])
