"""SSIM of 8-bit pictures as scikit-image computes it: smooth, flat, noisy and unlike pairs of odd sizes.

    python spec/vectors/recipes/similarity.py   (from the repository's root)
"""
import json

import numpy as np
from skimage.metrics import structural_similarity
from vector_index import record

random = np.random.default_rng(5)


def waves(height, width):
    y, x, c = np.mgrid[:height, :width, :3]
    return 128 + 90 * np.sin(x / (3 + c)) * np.cos(y / 5 - c)


def noisy(picture, sigma):
    return picture + random.normal(0, sigma, picture.shape)


picture = waves(24, 37)
pairs = {
    "one window": (waves(11, 11), noisy(waves(11, 11), 12)),
    "a little noise": (picture, noisy(picture, 3)),
    "much noise": (picture, noisy(picture, 60)),
    "brighter": (picture, picture + 25),
    "flatter": (picture, 128 + 0.3 * (picture - 128)),
    "inverted": (picture, 255 - picture),
    "two noises": (random.uniform(0, 255, (19, 13, 3)), random.uniform(0, 255, (19, 13, 3))),
    "black and white": (np.zeros((12, 15, 3)), np.full((12, 15, 3), 255)),
}
cases = []
for name, pair in pairs.items():
    a, b = (np.rint(np.clip(p, 0, 255)).astype(np.uint8) for p in pair)
    ssim = structural_similarity(a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, channel_axis=-1)
    height, width, _ = a.shape
    cases.append(dict(name=name, width=width, height=height, a=a.flatten().tolist(), b=b.flatten().tolist(), ssim=float(ssim)))
    print(name, ssim)
with open("spec/vectors/similarity.json", "w") as f:
    f.write(json.dumps(cases) + "\n")
record("similarity", "similarity.json", "recipes/similarity.py", "scikit-image", "1e-9", "SSIM is the mean that scikit-image computes, to rounding")
