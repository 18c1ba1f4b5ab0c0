"""OpenVINO's CPU plug-in: weights in fp16, computing in bf16 where the processor does. Converted files are kept in the folder."""
import os

import openvino
import torch
from measuring import asked, timed
from networks import inputs, network

job = asked()
core = openvino.Core()
for figure in job["figures"]:
    stage, pixels = figure["stage"], figure["pixels"]
    path = f"{job['folder']}/{stage}-{pixels}.xml"
    given = inputs(stage, pixels)
    if not os.path.exists(path):
        with torch.inference_mode():
            shapes = [list(tensor.shape) for tensor in given]
            converted = openvino.convert_model(network(stage), example_input=given, input=shapes)
        openvino.save_model(converted, path + ".part.xml", compress_to_fp16=True)
        os.rename(path + ".part.bin", path.replace(".xml", ".bin"))
        os.rename(path + ".part.xml", path)
        del converted
    options = {"INFERENCE_NUM_THREADS": job["threads"], "NUM_STREAMS": 1}
    # On its own OpenVINO takes bf16 where the processor has instructions for it.
    compiled = core.compile_model(path, "CPU", options)
    request = compiled.create_infer_request()
    arrays = [tensor.numpy() for tensor in given]
    timed(job, {**figure, "precision": str(compiled.get_property("INFERENCE_PRECISION_HINT"))}, lambda: request.infer(arrays))
    del request, compiled
