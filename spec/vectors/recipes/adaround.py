"""Two layers of the demo model as AIMET's AdaRound rounds them, with its own 10,000 iterations, in 8 and 4 bits.

    pip install -r spec/vectors/recipes/requirements-aimet.txt   (Python 3.11, CPU)
    python spec/vectors/recipes/adaround.py   (from the root; a minute)
"""
import base64
import json

import numpy as np
import onnx
import torch
from aimet_onnx import QuantizationSimModel, apply_adaround
from onnx import TensorProto, helper, numpy_helper
from rounding_layers import columns, gram, kernels, linear
from vector_index import VECTORS, record

BATCHES = 4


def model(weights: np.ndarray, shape: tuple) -> onnx.ModelProto:
    if weights.ndim == 4:
        node = helper.make_node("Conv", ["x", "w"], ["y"], name="layer", pads=[1, 1, 1, 1], kernel_shape=[3, 3])
    else:
        node = helper.make_node("Gemm", ["x", "w"], ["y"], name="layer", transB=1)
    out = [shape[0], len(weights), *shape[2:]]
    graph = helper.make_graph(
        [node],
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, out)],
        [numpy_helper.from_array(weights, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def adaround(weights: np.ndarray, samples: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    torch.manual_seed(0)
    batches = [{"x": batch} for batch in np.split(samples, BATCHES)]
    sim = QuantizationSimModel(
        model(weights, batches[0]["x"].shape), param_type=f"int{bits}", config_file="htp_v79", providers=["CPUExecutionProvider"]
    )
    for name in sim.activation_names:
        sim.qc_quantize_op_dict[name].enabled = False
    quantizer = sim.qc_quantize_op_dict["w"]
    quantizer.set_bitwidth(bits)
    quantizer.enable_per_channel_quantization()
    sim.compute_encodings(batches)
    apply_adaround(sim, batches)
    rounded = next(t for t in sim.model.model.graph.initializer if t.name == "w")
    scales = np.array([encoding.delta for encoding in quantizer.get_encodings()], np.float32)
    assert len(scales) == len(weights)
    steps = numpy_helper.to_array(rounded).reshape(len(weights), -1).astype(np.float64) / scales[:, None]
    # AIMET leaves weights between two steps where its regularizer has not settled; its quantizer rounds them.
    integers = np.clip(np.rint(steps), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    print(bits, "unsettled", float(np.mean(np.abs(steps - np.rint(steps)) > 1e-3)), "range", integers.min(), integers.max())
    return integers.astype(np.int8), scales


def decibels(weights: np.ndarray, rounded: np.ndarray, h: np.ndarray) -> float:
    energy = lambda d: float(np.einsum("ij,jk,ik->", d, h, d, optimize=True))
    return 10 * np.log10(energy(weights) / energy(rounded - weights))


def main() -> None:
    cases = []
    for name, (weights, samples) in {"linear": linear(), "kernels": kernels()}.items():
        flat = weights.reshape(len(weights), -1).astype(np.float64)
        h = gram(columns(samples) if weights.ndim == 4 else samples)
        for bits in (8, 4):
            integers, scales = adaround(weights, samples, bits)
            most = 2 ** (bits - 1) - 1
            step = np.abs(flat).max(axis=1, keepdims=True) / most
            nearest = decibels(flat, np.rint(flat / step) * step, h)
            sqnr = decibels(flat, integers * scales[:, None].astype(np.float64), h)
            print(name, bits, "nearest", nearest, "adaround", sqnr, "scale ratio", (scales / step[:, 0]).min(), flush=True)
            packed = lambda a: base64.b64encode(a.tobytes()).decode()
            cases.append({"layer": name, "bits": bits, "sqnr": round(sqnr, 4), "nearest": round(nearest, 4), "scales": packed(scales), "values": packed(integers)})
    (VECTORS / "adaround.json").write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
    record("adaround", "adaround.json", "recipes/adaround.py", "aimet-onnx", "0.5 dB", "AdaRound from second moments alone rounds as well as AIMET's from samples")


main()
