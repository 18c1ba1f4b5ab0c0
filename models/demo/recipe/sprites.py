"""Fluent Emoji (MIT, © Microsoft) as RGBA sprites, and their colour variants.

Rendering needs resvg_py and the npm package @iconify-json/fluent-emoji 1.2.7; it is done once, so that the training machine needs neither:

    python sprites.py node_modules/@iconify-json/fluent-emoji/icons.json sprites.npz
"""
import io
import json
import sys

import numpy as np
from PIL import Image

from subjects import COLOR, ICON

PIXELS = 232


def render(icons_file, out_file):
    import resvg_py
    icons = json.load(open(icons_file, encoding='utf-8'))['icons']
    sprites = {}
    for word, icon in ICON.items():
        svg = (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 32 32" '
               f'width="{PIXELS}" height="{PIXELS}">{icons[icon]["body"]}</svg>')
        image = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=PIXELS, height=PIXELS)))).convert('RGBA')
        sprites[word] = np.asarray(image.crop(image.getbbox()))
    np.savez_compressed(out_file, **sprites)


def tint(sprite, color):
    """Recolours by brightness: mid-tones take the colour, highlights go to white; near-black and white parts (eyes, outlines) stay."""
    rgb, alpha = sprite[..., :3].astype(np.float32) / 255, sprite[..., 3:].astype(np.float32) / 255
    light = rgb @ np.array([.3, .59, .11], np.float32)
    chroma = rgb.max(-1) - rgb.min(-1)
    keep = np.clip(np.clip((.16 - light) / .08, 0, 1) + np.clip((light - .93) / .04, 0, 1) * (chroma < .12), 0, 1)
    weight = alpha[..., 0] * (1 - keep)
    middle = np.clip((light * weight).sum() / max(weight.sum(), 1e-3), .1, .9)
    tone = np.clip(light ** (np.log(.5) / np.log(middle)), 0, 1)[..., None]          # the sprite's mean brightness becomes the colour itself
    c = np.array(COLOR[color], np.float32) / 255
    tinted = np.where(tone < .5, c * (.25 + 1.5 * tone), c + (1 - c) * (2 * tone - 1) * .75)
    k = keep[..., None]
    return (np.concatenate([rgb * k + tinted * (1 - k), alpha], -1) * 255 + .5).astype(np.uint8)


class Sprites:
    """The sprite of (colour or '', word) as a PIL image, tinted on first use."""
    def __init__(self, file):
        with np.load(file) as f:
            self._base = {word: f[word] for word in f.files}
        self._images = {}

    def __call__(self, color, word):
        key = color, word
        if key not in self._images:
            base = self._base[word]
            self._images[key] = Image.fromarray(tint(base, color) if color else base)
        return self._images[key]


if __name__ == '__main__':
    render(sys.argv[1], sys.argv[2])
