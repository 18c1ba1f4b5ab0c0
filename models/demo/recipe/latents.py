"""Stage 3: all pictures to latents (mean and standard deviation), at 256 px and halved to 128 px; captions to tokens.

    python latents.py WORK --tokenizer DIR

Diffusion expects latents of about unit variance without correlation, and SD 1.x has one fixed factor for that, 0.18215. So the latents are
whitened, z = W (x − m) with W = C^(−1/2), and export folds W and m into the two 1×1 convolutions beside the latents (`fold`). Directions that the
autoencoder hardly uses are not blown up: their scale is clamped to half the largest.
"""
import argparse
import os

import torch
import torch.nn.functional as F

from autoencoder import normalized, wait_for
from checkpoint import load, mixed_precision, pick_device, report, save
from compose import captions, open_pictures
from networks import SCALING_FACTOR, Tokens, build_autoencoder


def whitening(means):
    """(m [4], W [4, 4]) of latents [N, 4, h, w]."""
    x = means[:20_000].float().permute(0, 2, 3, 1).reshape(-1, 4).double()
    m = x.mean(0)
    variance, axes = torch.linalg.eigh(torch.cov((x - m).T))
    scale = variance.clamp(min=0).sqrt()
    report('latents', center=m.tolist(), deviations=scale.tolist())
    scale = scale.clamp(min=.5 * scale.max().item())
    return m.float(), (axes @ torch.diag(1 / scale) @ axes.T).float()


def whiten(z, m, w):
    return torch.einsum('ij,bjhw->bihw', w, z - m[:, None, None])


def unwhiten(z, m, w):
    return torch.einsum('ij,bjhw->bihw', torch.linalg.inv(w), z) + m[:, None, None]


@torch.no_grad()
def fold(vae, m, w):
    """Makes vae.encode(x)·0.18215 the whitened latents and vae.decode(z / 0.18215) their picture.

    quant_conv gives x; A x − A m with A = W / 0.18215 is again a 1×1 convolution. The log-variances (used only when a picture is encoded with
    sampling) get the scale alone. post_quant_conv takes A⁻¹ z + m.
    """
    a = w.to(vae.quant_conv.weight) / SCALING_FACTOR
    m = m.to(a)
    q, p = vae.quant_conv, vae.post_quant_conv
    q.weight[:4] = (a @ q.weight[:4, :, 0, 0])[..., None, None]
    q.bias[:4] = a @ (q.bias[:4] - m)
    q.bias[4:] += 2 * a.diagonal().abs().log()
    p.bias += p.weight[:, :, 0, 0] @ m
    p.weight.copy_((p.weight[:, :, 0, 0] @ torch.linalg.inv(a))[..., None, None])


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('--tokenizer', required=True)
    a.add_argument('--batch', type=int, default=128)
    a = a.parse_args()
    path = os.path.join(a.work, 'latents.pt')
    if os.path.exists(path):
        return
    device = pick_device()
    vae = build_autoencoder().to(device)
    vae.load_state_dict(load(os.path.join(a.work, 'autoencoder.pt'), device)['vae'])
    pictures = open_pictures(a.work)
    count = len(pictures)
    wait_for(a.work, count)
    kinds = {kind: [] for kind in ('mean', 'deviation', 'small_mean', 'small_deviation')}
    for i in range(0, count, a.batch):
        x = normalized(torch.from_numpy(pictures[i:i + a.batch].copy()).to(device))
        with torch.no_grad(), mixed_precision(device):
            whole, small = vae.encode(x).latent_dist, vae.encode(F.avg_pool2d(x, 2)).latent_dist
        for kind, value in zip(kinds, (whole.mean, whole.std, small.mean, small.std)):
            kinds[kind].append(value.half())
    kinds = {kind: torch.cat(values).contiguous() for kind, values in kinds.items()}
    trained = os.path.join(a.work, 'diffusion.pt')        # a checkpoint to go on from keeps its whitening
    m, w = (load(trained)[k] for k in 'mw') if os.path.exists(trained) else whitening(kinds['mean'])
    tokens = Tokens(a.tokenizer)
    texts = [entry['caption'] for entry in captions(a.work, count)]
    save(dict(kinds, m=m, w=w, tokens=tokens(texts), empty=tokens(['']), known=tokens.known), path)
    report('latents', count=count, known_tokens=len(tokens.known), deviation=kinds['deviation'].float().mean().item())


if __name__ == '__main__':
    main()
