"""Edges of three of fidelity.py's pictures by OpenCV's Canny, a bit a pixel, row by row.

    python spec/vectors/recipes/canny.py   (from the repository's root)
"""
import io

import cv2
import numpy as np
from fidelity_images import pictures
from PIL import Image
from random_models import encode
from vector_index import VECTORS, record

CASES = [("euler-square", 100, 200), ("ddim-wide-12", 50, 100.7), ("pndm-tall-1", 20, 400)]


def main():
    tensors = []
    for name, low, high in CASES:
        picture = np.array(Image.open(io.BytesIO(pictures()[name])).convert("RGB"))
        edges = cv2.Canny(picture, low, high)
        print(name, picture.shape, f"{(edges > 0).mean():.3f} are edges")
        bits = np.packbits(edges.ravel() > 0).tobytes()
        tensors.append((f"{name}.{low}.{high}", "U8", [len(bits)], bits))
    (VECTORS / "canny.safetensors").write_bytes(encode(tensors))
    source = {"package": "opencv-python-headless", "version": cv2.__version__}
    record("canny", "canny.safetensors", "recipes/canny.py", "opencv-python-headless", "exact", "edges of pictures", source)


if __name__ == "__main__":
    main()
