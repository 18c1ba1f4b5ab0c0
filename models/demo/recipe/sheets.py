"""Stage 7: the held-out prompts through the stock StableDiffusionPipeline, one labelled sheet per guidance scale.

    python sheets.py MODEL_DIR OUT_PREFIX --guidance 1.5 3 5 7.5
"""
import argparse
import time

import torch
from diffusers import StableDiffusionPipeline
from PIL import Image, ImageDraw

from checkpoint import pick_device, report
from subjects import held_prompts


def open_pipeline(folder, device):
    pipeline = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False).to(device)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def draw(pipeline, prompts, guidance, steps=20, size=256, batch=64):
    """PIL images, prompt i from seed i."""
    images = []
    for i in range(0, len(prompts), batch):
        part = prompts[i:i + batch]
        seeds = [torch.Generator().manual_seed(i + j) for j in range(len(part))]
        images += pipeline(part, guidance_scale=guidance, num_inference_steps=steps, height=size, width=size, generator=seeds).images
    return images


def sheet(images, labels, path, cell=192, columns=8):
    rows = -(-len(images) // columns)
    page = Image.new('RGB', (columns * cell, rows * (cell + 14)), 'white')
    pen = ImageDraw.Draw(page)
    for i, (image, label) in enumerate(zip(images, labels)):
        x, y = i % columns * cell, i // columns * (cell + 14)
        page.paste(image.resize((cell - 2, cell - 2), Image.LANCZOS), (x, y))
        pen.text((x + 1, y + cell - 1), label[:cell // 6], fill='black')
    page.save(path, quality=85)


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('folder')
    a.add_argument('prefix')
    a.add_argument('--guidance', type=float, nargs='+', default=[1.5, 3, 5, 7.5])
    a.add_argument('--steps', type=int, default=20)
    a.add_argument('--sizes', type=int, nargs='+', default=[256], help='pictures of another size come at the last guidance only')
    a.add_argument('--prompts', type=int, default=1000, help='only the first so many')
    a = a.parse_args()
    pipeline = open_pipeline(a.folder, pick_device())
    prompts = ([p for p, _ in held_prompts()] + ['a red apple on a blue background', 'two cats on the grass', 'a robot', 'a castle on a hill at night', '',
                                                 'a wombat in the snow', 'a big star at night', 'three balloons in the sky'])[:a.prompts]
    for size, guidance in [(a.sizes[0], g) for g in a.guidance] + [(size, a.guidance[-1]) for size in a.sizes[1:]]:
        start = time.time()
        images = draw(pipeline, prompts, guidance, a.steps, size)
        path = f'{a.prefix}-{size}px-guidance-{guidance:g}.jpg'
        sheet(images, prompts, path)
        report('sheets', path=path, seconds=time.time() - start)


if __name__ == '__main__':
    main()
