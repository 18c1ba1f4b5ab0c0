"""Pictures of a formula (the spec repeats it) brought to other sizes by Pillow, and made gray, as diffusers' image processors do;
and small PNG files of every mode that Pillow writes, with the RGB that it reads in them.

    python spec/vectors/recipes/resizing.py   (from the repository's root)
"""
import base64
import hashlib
import io
import json

import numpy as np
from PIL import Image
from vector_index import VECTORS, record

SIZES = [((40, 30), (64, 48)), ((64, 48), (24, 16)), ((33, 57), (32, 56)), ((7, 5), (64, 64)), ((50, 20), (8, 96)), ((96, 8), (96, 40)), ((16, 16), (8, 16)), ((30, 100), (24, 40)), ((20, 40), (32, 39)), ((40, 48), (39, 46)), ((40, 48), (39, 45))]


def picture(width, height):
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    wave = 127.5 + 127.5 * np.sin((x * (c + 2) + 3 * y + x * y / 7) / 5)
    edges = np.where((x // 4 + y // 3 + c) % 2 == 0, wave, 255 - wave)
    return np.floor(edges).astype(np.uint8)


def modes():
    source = Image.fromarray(picture(11, 5))
    alpha = source.convert("L").resize((11, 5))
    see_through = source.copy()
    see_through.putalpha(alpha)
    gray_through = source.convert("L")
    gray_through.putalpha(alpha)
    bits = {f"P of {bits} bits": (source.quantize(2**bits), {"bits": bits}) for bits in (1, 2, 4, 8)}
    plain = {"RGB": source, "L": source.convert("L"), "1": source.convert("1"), "RGBA": see_through, "LA": gray_through}
    for mode, (image, options) in {**{mode: (image, {}) for mode, image in plain.items()}, **bits}.items():
        file = io.BytesIO()
        image.save(file, "PNG", **options)
        rgb = Image.open(io.BytesIO(file.getvalue())).convert("RGB").tobytes()
        yield {"mode": mode, "file": base64.b64encode(file.getvalue()).decode(), "size": [11, 5], "rgb": base64.b64encode(rgb).decode()}


def main():
    (VECTORS / "picture-modes.json").write_text("[\n" + ",\n".join(map(json.dumps, modes())) + "\n]\n")
    record("picture-modes", "picture-modes.json", "recipes/resizing.py", "pillow", "exact", "PNG files of every mode are the RGB that Pillow reads in them")
    cases = []
    for (width, height), (to_width, to_height) in SIZES:
        source = Image.fromarray(picture(width, height))
        resized = source.resize((to_width, to_height), Image.Resampling.LANCZOS)
        gray = source.convert("L").resize((to_width, to_height), Image.Resampling.LANCZOS)
        sums = {"rgb": hashlib.sha256(resized.tobytes()).hexdigest(), "gray": hashlib.sha256(gray.tobytes()).hexdigest()}
        first = list(resized.tobytes()[:24])
        cases.append({"from": [width, height], "to": [to_width, to_height], **sums, "first": first, "source": hashlib.sha256(source.tobytes()).hexdigest()})
    (VECTORS / "resizing.json").write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
    record("resizing", "resizing.json", "recipes/resizing.py", "pillow", "exact", "pictures to begin from are resized as Pillow's LANCZOS does")


if __name__ == "__main__":
    main()
