"""Compiles one quantized graph for one of Qualcomm's NPUs and runs it on the emulator that comes with the compiler.

Usage: emulate.py FOLDER JOB CHIP [SETTINGS]. JOB is JSON: {"name", "network", "inputs": {name: shape}, "outputs": {name:
shape}, "samples": N, "again": whether the compiled graph is read and run again}; with 0 samples it only compiles.
SETTINGS is JSON, more options of the compiler. The graph is `NAME.onnx` in FOLDER. Tensors of the network in float32 lie
beside it as `NETWORK.N.TENSOR.f32`, slashes as colons; what comes out is written to `NETWORK.N.TENSOR.CHIP.f32` and, as the graph's own
arithmetic has it, `NETWORK.N.TENSOR.exact.f32`, from where the next part of the network takes it.
Prints a line of JSON: signal to noise, the least of all outputs and samples, in decibels; null where one is no number.
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
    """None where they are no number: of what is not finite, and of signals that are zero."""
    noise = np.sum((got.astype(np.float64) - expected) ** 2)
    with np.errstate(all="ignore"):
        found = float(10 * np.log10(np.sum(expected.astype(np.float64) ** 2) / np.maximum(noise, 1e-300)))
    return round(found, 1) if np.isfinite(found) else None


def worse(value, known):
    return None if value is None or known is None else min(value, known)


def reference(graph):
    """The graph as QuantizeLinear and DequantizeLinear define it."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", "1")
    return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def on_npu(graph, chip, context=None, more={}):
    soc, arch = CHIPS[chip]
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    if context is not None:
        options.add_session_config_entry("ep.context_enable", "1")
        options.add_session_config_entry("ep.context_embed_mode", "0")
        options.add_session_config_entry("ep.context_file_path", str(context))
    devices = [device for device in ort.get_ep_devices() if device.ep_name == qnn.get_ep_name()]
    settings = {"backend_path": qnn.get_qnn_htp_path(), "soc_model": soc, "htp_arch": arch, **more}
    options.add_provider_for_devices(devices[:1], settings)
    return ort.InferenceSession(str(graph), options)


def path(folder, job, sample, tensor, kind=None):
    return folder / ".".join([job["network"], str(sample), tensor.replace("/", ":"), *([kind] if kind else []), "f32"])


def read(folder, job, sample, shapes, kind=None):
    def tensor(name, shape):
        own = path(folder, job, sample, name, kind)
        file = own if own.exists() else path(folder, job, sample, name)
        return np.fromfile(file, np.float32).reshape(shape)

    return {name: tensor(name, shape) for name, shape in shapes.items()}


def timed(make):
    begin = time.monotonic()
    made = make()
    return made, round(time.monotonic() - begin, 1)


def compared(folder, job, chip, session, context, defined):
    names = list(job["outputs"])
    least, wrong, seconds = {}, {}, 0
    for sample in range(job["samples"]):
        feeds = read(folder, job, sample, job["inputs"], chip)
        # Graphs that were only written have no float32 beside them.
        known = all(path(folder, job, sample, name).exists() for name in names)
        truth = read(folder, job, sample, job["outputs"]) if known else {}
        emulated, seconds = timed(lambda: session.run(names, feeds))
        exact = defined.run(names, read(folder, job, sample, job["inputs"], "exact"))
        # The emulator is slow: a compiled graph that was read again runs once.
        again = on_npu(context, chip).run(names, feeds) if sample == 0 and job["again"] else [None] * len(names)
        for name, got, own, same in zip(names, emulated, exact, again):
            got.tofile(path(folder, job, sample, name, chip))
            own.tofile(path(folder, job, sample, name, "exact"))
            found = {
                "toExact": decibels(got, own),
                **({"toFloat": decibels(got, truth[name]), "exactToFloat": decibels(own, truth[name])} if known else {}),
                **({} if same is None else {"reloaded": decibels(same, got)}),
            }
            least = {**least, **{key: worse(value, least.get(key, value)) for key, value in found.items()}}
            if not np.isfinite(got).all():
                wrong = {"notFinite": name}
    return {**least, **wrong, "runSeconds": seconds}


def main(folder, job, chip, more):
    ort.register_execution_provider_library(qnn.get_ep_name(), qnn.get_library_path())
    graph = folder / f"{job['name']}.onnx"
    context = folder / f"{job['name']}.{chip}.context.onnx"
    context.unlink(missing_ok=True)
    session, seconds = timed(lambda: on_npu(graph, chip, context, more))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    written = sum(file.stat().st_size for file in folder.glob(f"{job['name']}.{chip}.context*.bin"))
    found = {}
    if job["samples"] > 0:
        found = compared(folder, job, chip, session, context, reference(graph))
    print(json.dumps({"seconds": seconds, "peakBytes": peak, "contextBytes": written, **found}, allow_nan=False))


main(Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4]) if len(sys.argv) > 4 else {})
