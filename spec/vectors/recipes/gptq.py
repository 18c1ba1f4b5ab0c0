"""GPTQ as its paper writes it (Frantar et al. 2022, algorithm 1), with the inverse of H and its Cholesky factor.

Activation order, damping of 1 % of the mean diagonal, scales fixed beforehand: of each row, of each 32 numbers of a row.
    python spec/vectors/recipes/gptq.py   (from the repository's root)
"""
import base64
import json

import numpy as np
from hashed import uniform
from rounding_layers import gram, inputs
from vector_index import VECTORS, record

ROWS, COLUMNS = 64, 160


def gptq(weights: np.ndarray, h: np.ndarray, scales: np.ndarray, most: int) -> np.ndarray:
    """`scales` `[rows, columns]`, each weight's own. Integers `[rows, columns]`."""
    order = np.argsort(-np.diag(h), kind="stable")
    w, s = weights[:, order].astype(np.float64), scales[:, order].astype(np.float64)
    damped = h[np.ix_(order, order)] + 0.01 * np.mean(np.diag(h)) * np.eye(len(h))
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    rounded = np.zeros_like(w)
    for j in range(w.shape[1]):
        rounded[:, j] = np.clip(np.floor(w[:, j] / s[:, j] + 0.5), -most, most)
        error = (w[:, j] - s[:, j] * rounded[:, j]) / upper[j, j]
        w[:, j:] -= np.outer(error, upper[j, j:])
    values = np.empty_like(rounded)
    values[:, order] = rounded
    return values.astype(np.int8)


def main() -> None:
    weights = uniform("gptq/weights", ROWS * COLUMNS).reshape(ROWS, COLUMNS).astype(np.float32)
    h = gram(inputs("gptq", 4 * COLUMNS, COLUMNS)).astype(np.float32).astype(np.float64)
    cases = []
    for most, block in ((127, COLUMNS), (7, 32)):
        largest = np.abs(weights.reshape(ROWS, -1, block)).max(axis=2)
        scales = np.repeat((largest / np.float32(most)).astype(np.float32), block, axis=1)
        values = gptq(weights, h, scales, most)
        error = values * scales.astype(np.float64) - weights
        squared = float(np.einsum("ij,jk,ik->", error, h, error, optimize=True))
        cases.append({"most": most, "block": block, "squared": squared, "values": base64.b64encode(values.tobytes()).decode()})
        print(most, block, squared)
    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (VECTORS / "gptq.json").write_text(f"[\n{text}\n]\n")
    record("gptq", "gptq.json", "recipes/gptq.py", "numpy", "1e-4 of the error", "the form without an inverse rounds as the paper's algorithm")


main()
