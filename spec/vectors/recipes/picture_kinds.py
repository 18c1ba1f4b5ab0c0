"""JPEG and WebP files of every kind that a picture to draw from comes as, PNG and WebP files turned in every way, and the RGB that Pillow reads in them, turned as their EXIF says
(`ImageOps.exif_transpose`, as diffusers' `load_image` does).

    python spec/vectors/recipes/picture_kinds.py   (from the repository's root)
"""
import base64
import io
import json

import numpy as np
from PIL import Image, ImageOps
from vector_index import VECTORS, record

WIDTH, HEIGHT = 19, 11


def picture():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [np.sin(x / 3) * 100 + 128, np.cos(y / 4 + x / 9) * 100 + 128, (x * y) % 256]
    return Image.fromarray(np.stack(waves, -1).clip(0, 255).astype(np.uint8))


def files():
    plain = picture()
    clear = plain.copy()
    clear.putalpha(Image.fromarray(np.tile(np.arange(WIDTH, dtype=np.uint8) * 9, (HEIGHT, 1))))
    turned = Image.Exif()
    turned[0x0112] = 6
    yield "JPEG 4:2:0", "JPEG", plain, {"quality": 85}
    yield "JPEG 4:4:4, progressive", "JPEG", plain, {"quality": 90, "subsampling": 0, "progressive": True}
    yield "JPEG, gray", "JPEG", plain.convert("L"), {"quality": 80}
    yield "JPEG, turned", "JPEG", plain, {"quality": 85, "exif": turned}
    yield "JPEG with restarts", "JPEG", plain, {"quality": 85, "restart_marker_blocks": 1}
    yield "WebP", "WEBP", plain, {"quality": 80}
    yield "WebP, lossless", "WEBP", plain, {"lossless": True}
    yield "WebP with transparency", "WEBP", clear, {"quality": 70}
    small = plain.crop((0, 0, 5, 3))
    for orientation in range(1, 9):
        turned[0x0112] = orientation
        yield f"PNG, turned {orientation}", "PNG", small, {"exif": turned}
    for orientation in 5, 8:
        turned[0x0112] = orientation
        yield f"WebP, turned {orientation}", "WEBP", small, {"lossless": True, "exif": turned}


rows = []
for name, kind, image, options in files():
    file = io.BytesIO()
    image.save(file, kind, **options)
    read = ImageOps.exif_transpose(Image.open(io.BytesIO(file.getvalue()))).convert("RGB")
    text = lambda data: base64.b64encode(data).decode()
    rows.append(json.dumps({"mode": name, "file": text(file.getvalue()), "size": read.size, "rgb": text(read.tobytes())}))
(VECTORS / "picture-kinds.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
record("picture-kinds", "picture-kinds.json", "recipes/picture_kinds.py", "pillow", "exact", "JPEG and WebP files, and turned ones, are read as Pillow reads them")
