"""Random numbers out of a hash of a key, which spec/models/randomModel.ts repeats bit for bit."""
import numpy as np


def fnv1a(text: str) -> int:
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def uniform(key: str, count: int) -> np.ndarray:
    """`count` doubles in [-0.5, 0.5): lowbias32 (Wellons, "Hash function prospector") of a Weyl sequence."""
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(fnv1a(key))
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x7FEB352D)
        x ^= x >> np.uint32(15)
        x *= np.uint32(0x846CA68B)
        x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 4294967296.0 - 0.5
