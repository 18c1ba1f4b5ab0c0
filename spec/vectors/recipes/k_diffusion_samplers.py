"""Where k-diffusion's samplers end over its own spacings of sigmas, with the network of samplers.py as the denoiser.

Of the package only `sampling.py` is loaded: the rest of it wants to train and to score.
    python spec/vectors/recipes/k_diffusion_samplers.py   (from the repository's root)
"""
import importlib.util
import json
import sys
import types

import torch
from samplers import SHAPE, network
from vector_index import record


def sampling():
    folder = importlib.util.find_spec("k_diffusion").submodule_search_locations
    package, utils = types.ModuleType("k_diffusion"), types.ModuleType("k_diffusion.utils")
    package.__path__ = list(folder)
    utils.append_dims = lambda x, dimensions: x[(...,) + (None,) * (dimensions - x.ndim)]
    package.utils = utils
    sys.modules.update({"k_diffusion": package, "k_diffusion.utils": utils})
    return importlib.import_module("k_diffusion.sampling")


K = sampling()
SIGMA_MIN, SIGMA_MAX = 0.03, 14.6
SPACINGS = {"karras": K.get_sigmas_karras, "exponential": K.get_sigmas_exponential}


def denoise(x, sigma):
    """The network predicts noise of x / √(σ² + 1), and is told 10 σ for a timestep."""
    level = sigma[0].double()
    sample = (x.double() / (level**2 + 1).sqrt()).float()
    return (x.double() - level * network(sample, 10 * float(level)).double()).float()


def fresh(x):
    return lambda sigma, sigma_next: torch.randn_like(x)


def path(x):
    return K.BrownianTreeNoiseSampler(x, SIGMA_MIN, SIGMA_MAX, seed=5)


SAMPLERS = {
    "euler": (K.sample_euler, None),
    "euler_a": (K.sample_euler_ancestral, fresh),
    "heun": (K.sample_heun, None),
    "lms": (K.sample_lms, None),
    "dpm2": (K.sample_dpm_2, None),
    "dpm2_a": (K.sample_dpm_2_ancestral, fresh),
    "dpmpp_2m": (K.sample_dpmpp_2m, None),
    "dpmpp_sde": (K.sample_dpmpp_sde, path),
    # With fresh noise, as diffusers has it; k-diffusion's own default is a path.
    "dpmpp_2m_sde": (K.sample_dpmpp_2m_sde, fresh),
}


def main():
    cases = []
    for spacing, sigmas_of in SPACINGS.items():
        for steps in (2, 5, 11, 20):
            sigmas = sigmas_of(steps, SIGMA_MIN, SIGMA_MAX)
            for name, (sample, noise) in SAMPLERS.items():
                x = torch.randn(SHAPE, generator=torch.Generator().manual_seed(steps)) * sigmas[0]
                torch.manual_seed(steps + 1000)
                options = {"noise_sampler": noise(x)} if noise else {}
                end = sample(denoise, x, sigmas, disable=True, **options)
                case = {"scheduler": name, "sigmas": spacing, "steps": steps, "shape": SHAPE, "levels": sigmas.tolist(), "x": end.flatten().tolist()}
                cases.append({k: [float(f"{v:.8g}") for v in value] if k in ("levels", "x") else value for k, value in case.items()})
    with open("spec/vectors/k-diffusion.json", "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
    print(len(cases), "cases")
    because = "samplers that go from sigma to sigma end where k-diffusion's end"
    record("k-diffusion", "k-diffusion.json", "recipes/k_diffusion_samplers.py", "k-diffusion", "1e-5 of the largest value; 1e-3 of a Brownian path", because)


if __name__ == "__main__":
    main()
