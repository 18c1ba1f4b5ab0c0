"""What becomes of pictures and masks before a part is drawn anew, and after: pictures of resizing.py's formula blurred by Pillow's
GaussianBlur; filled and laid over one another as stable-diffusion-webui 1.10 (`fill` in its modules/masking.py) and diffusers (`apply_overlay`)
do with Pillow; and the part that a mask is in, cut out and resized by diffusers' VaeImageProcessor.

    python spec/vectors/recipes/blurring.py   (from the repository's root)
"""
import hashlib
import json

import numpy as np
from diffusers.image_processor import VaeImageProcessor
from PIL import Image, ImageFilter, ImageOps
from resizing import picture
from vector_index import VECTORS, record

BLURS = [((40, 30), 4), ((40, 30), 0.5), ((33, 57), 8), ((7, 5), 2.5), ((7, 5), 64), ((300, 9), 16), ((64, 64), 1), ((50, 20), 33), ((20, 20), 256)]
# Picture, its mask's box, blur.
PARTS = [((40, 32), (8, 4, 20, 24), 4), ((64, 48), (0, 0, 40, 48), 2), ((33, 57), (30, 50, 33, 57), 0), ((24, 24), (2, 2, 22, 22), 8)]
# Picture, its mask's box, padding, what is drawn.
REGIONS = [
    ((64, 48), (20, 10, 30, 30), 4, (48, 48)), ((64, 48), (0, 0, 9, 5), 8, (64, 32)), ((101, 67), (40, 60, 101, 67), 0, (48, 32)), ((48, 64), (3, 3, 45, 60), 32, (72, 40)),
    ((53, 31), (10, 10, 51, 12), 3, (48, 56)), ((31, 90), (15, 40, 16, 41), 2, (40, 40)), ((80, 60), (1, 20, 79, 40), 0, (64, 64)), ((97, 41), (20, 3, 60, 38), 1, (64, 24)),
]
LAYERS = [(256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1)]


def box_mask(size, box):
    mask = np.zeros((size[1], size[0]), np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = 255
    return Image.fromarray(mask)


def kept(image, mask):
    layer = Image.new("RGBa", image.size)
    layer.paste(image.convert("RGBA").convert("RGBa"), mask=ImageOps.invert(mask))
    return layer


def fill(image, mask):
    """The rules of `fill`, restated over Pillow, which is where they are computed."""
    layer, result = kept(image, mask), Image.new("RGBA", image.size)
    for radius, times in LAYERS:
        blurred = layer.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        for _ in range(times):
            result.alpha_composite(blurred)
    return result.convert("RGB")


def sha256(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


def main():
    blurs = []
    for size, radius in BLURS:
        image = Image.fromarray(picture(*size))
        blur = ImageFilter.GaussianBlur(radius)
        blurs.append({"size": size, "radius": radius, "rgb": sha256(image.filter(blur)), "gray": sha256(image.convert("L").filter(blur)), "first": list(image.filter(blur).tobytes()[:12])})
    parts = []
    processor = VaeImageProcessor(vae_scale_factor=8)
    for size, box, radius in PARTS:
        image, mask = Image.fromarray(picture(*size)), VaeImageProcessor.blur(box_mask(size, box), radius)
        other = ImageOps.invert(image)
        parts.append({"size": size, "box": box, "radius": radius, "filled": sha256(fill(image, mask)), "over": sha256(processor.apply_overlay(mask, image, other))})
    regions = []
    grays = VaeImageProcessor(vae_scale_factor=8, do_normalize=False, do_binarize=False, do_convert_grayscale=True)
    for size, box, padding, drawn in REGIONS:
        image, mask = Image.fromarray(picture(*size)), box_mask(size, box)
        region = processor.get_crop_region(mask, *drawn, pad=padding)
        part = processor.resize(image.crop(region), drawn[1], drawn[0], resize_mode="fill")
        masked = grays.resize(mask.crop(region), drawn[1], drawn[0], resize_mode="fill").convert("L")
        back = processor.apply_overlay(mask, image, Image.fromarray(picture(*drawn)), region)
        sums = {"part": sha256(part), "mask": sha256(masked), "back": sha256(back)}
        regions.append({"size": size, "box": box, "padding": padding, "drawn": drawn, "region": region, **sums})
        print(size, box, region, drawn)
    lines = [f'"{name}": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]" for name, cases in {"blurs": blurs, "parts": parts, "regions": regions}.items()]
    (VECTORS / "blurring.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    record("blurring", "blurring.json", "recipes/blurring.py", "pillow", "exact", "masks are blurred, pictures filled, cut out and pasted back as Pillow and diffusers do")


if __name__ == "__main__":
    main()
