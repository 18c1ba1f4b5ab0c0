"""diffusers on PyTorch's CPU in bfloat16, as `pipe.to(torch.bfloat16)` leaves it."""
import torch
from measuring import asked, timed
from networks import inputs, network

job = asked()
torch.set_num_threads(job["threads"])
built = {}
with torch.inference_mode():
    for figure in job["figures"]:
        stage = figure["stage"]
        net = built.setdefault(stage, None) or network(stage).to(torch.bfloat16)
        built = {stage: net}
        given = inputs(stage, figure["pixels"], torch.bfloat16)
        timed(job, figure, lambda: net(*given))
