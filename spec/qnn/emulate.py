"""Compiles the quantized graphs of a folder for Qualcomm's NPUs and runs them on the emulator that comes with the compiler.

Usage: emulate.py FOLDER. Reads `jobs.json` there: [{"stage", "graph", "inputs": {name: shape}, "outputs": {name: shape},
"samples": N}]; inputs and the float32 results of the network lie beside it as `STAGE.N.NAME.f32`. Prints a line of JSON
for each stage and chip.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort
import onnxruntime_qnn as qnn

# Name: number of the chip, version of its tensor processor (Qualcomm AI Engine Direct, "Supported Snapdragon devices").
CHIPS = {"SM8550": ("43", "73"), "SM8650": ("57", "75"), "SM8750": ("69", "79")}


def decibels(got, expected):
    noise = np.sum((got.astype(np.float64) - expected) ** 2)
    return round(float(10 * np.log10(np.sum(expected.astype(np.float64) ** 2) / max(noise, 1e-300))), 1)


def reference(graph):
    """The graph as QuantizeLinear and DequantizeLinear define it."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", "1")
    return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def on_npu(graph, chip, context=None):
    soc, arch = CHIPS[chip]
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    if context is not None:
        options.add_session_config_entry("ep.context_enable", "1")
        options.add_session_config_entry("ep.context_embed_mode", "0")
        options.add_session_config_entry("ep.context_file_path", str(context))
    devices = [device for device in ort.get_ep_devices() if device.ep_name == qnn.get_ep_name()]
    settings = {"backend_path": qnn.get_qnn_htp_path(), "soc_model": soc, "htp_arch": arch}
    options.add_provider_for_devices(devices[:1], settings)
    return ort.InferenceSession(str(graph), options)


def emulate(folder, job, chip, exact):
    graph = folder / job["graph"]
    context = folder / f"{job['stage']}.{chip}.context.onnx"
    context.unlink(missing_ok=True)
    begin = time.monotonic()
    session = on_npu(graph, chip, context)
    seconds = round(time.monotonic() - begin, 1)
    loaded = on_npu(context, chip)
    name = next(iter(job["outputs"]))
    worst = {"exact": np.inf, "float": np.inf, "exactToFloat": np.inf, "reloaded": np.inf}
    for sample in range(job["samples"]):
        feeds, truth = tensors(folder, job, sample)
        got, again = session.run([name], feeds)[0], loaded.run([name], feeds)[0]
        for key, value in {
            "exact": decibels(got, exact[sample]),
            "float": decibels(got, truth),
            "exactToFloat": decibels(exact[sample], truth),
            "reloaded": decibels(again, got),
        }.items():
            worst[key] = min(worst[key], value)
    return {"stage": job["stage"], "chip": chip, "seconds": seconds, **worst}


def tensors(folder, job, sample):
    def read(name, shape):
        return np.fromfile(folder / f"{job['stage']}.{sample}.{name}.f32", np.float32).reshape(shape)

    (output, shape), = job["outputs"].items()
    return {name: read(name, shape) for name, shape in job["inputs"].items()}, read(output, shape)


def main(folder):
    ort.register_execution_provider_library(qnn.get_ep_name(), qnn.get_library_path())
    for job in json.loads((folder / "jobs.json").read_text()):
        session = reference(folder / job["graph"])
        exact = [session.run(None, tensors(folder, job, sample)[0])[0] for sample in range(job["samples"])]
        for chip in CHIPS:
            try:
                result = emulate(folder, job, chip, exact)
            except Exception as error:  # Whatever the compiler says is a finding.
                result = {"stage": job["stage"], "chip": chip, "error": str(error)[:2000]}
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            print(json.dumps({**result, "peakBytes": peak}), flush=True)


main(Path(sys.argv[1]))
