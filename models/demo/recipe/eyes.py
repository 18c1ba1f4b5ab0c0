"""The test by fresh eyes: the 40 held-out single-subject prompts, unlabelled, numbered and shuffled, for a stranger to name.

    python eyes.py MODEL_DIR OUT_DIR

OUT_DIR/sheet.png has the pictures, OUT_DIR/key.json says {number: {prompt, subject, seed}}; the stranger gets the sheet and OUT_DIR/names.txt, the
20 names to choose from. Prompt i is drawn from seed 1000 + i (torch's CPU generator) by the stock pipeline: PNDM, 20 steps, guidance 7.5, 256 px.
"""
import argparse
import json
import os
import random

import torch
from PIL import Image, ImageDraw, ImageFont

from checkpoint import pick_device, report
from sheets import open_pipeline
from subjects import HELD_SCENE, held_prompts

COLUMNS, CELL, BAND = 8, 160, 18
LARGEST = 1_500_000


def sheet(images):
    rows = -(-len(images) // COLUMNS)
    page = Image.new('RGB', (COLUMNS * CELL, rows * (CELL + BAND)), 'white')
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(14)
    for i, image in enumerate(images):
        x, y = i % COLUMNS * CELL, i // COLUMNS * (CELL + BAND)
        pen.text((x + 3, y + 1), str(i + 1), fill='black', font=font)
        page.paste(image.resize((CELL - 4, CELL - 4), Image.LANCZOS), (x + 2, y + BAND))
    return page


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('folder')
    a.add_argument('out')
    a.add_argument('--guidance', type=float, default=7.5)
    a.add_argument('--steps', type=int, default=20)
    a.add_argument('--batch', type=int, default=8)
    a = a.parse_args()
    prompts = [(prompt, subject, 1000 + i) for i, (prompt, subject) in enumerate(held_prompts()) if subject]
    random.Random(40).shuffle(prompts)
    pipeline, images = open_pipeline(a.folder, pick_device()), []
    for i in range(0, len(prompts), a.batch):
        part = prompts[i:i + a.batch]
        images += pipeline([p for p, _, _ in part], guidance_scale=a.guidance, num_inference_steps=a.steps, height=256, width=256,
                           generator=[torch.Generator().manual_seed(seed) for _, _, seed in part]).images
    os.makedirs(a.out, exist_ok=True)
    path = os.path.join(a.out, 'sheet.png')
    page = sheet(images)
    page.save(path, optimize=True)
    if os.path.getsize(path) > LARGEST:
        page.quantize(256).save(path, optimize=True)
    with open(os.path.join(a.out, 'key.json'), 'w') as f:
        json.dump(dict(guidance=a.guidance, steps=a.steps, size=256, scheduler='PNDM',
                       pictures={str(n): dict(prompt=p, subject=s, seed=seed) for n, (p, s, seed) in enumerate(prompts, 1)}), f, indent=1)
        f.write('\n')
    with open(os.path.join(a.out, 'names.txt'), 'w') as f:
        f.write('\n'.join(sorted(HELD_SCENE)) + '\n')
    report('eyes', pictures=len(images), bytes=os.path.getsize(path))


if __name__ == '__main__':
    main()
