"""Stage 2: the f = 8 autoencoder, on 128 px crops, then on whole pictures.

    python autoencoder.py WORK --seconds 300

Loss: L1 and its gradients on three scales (a Laplacian-pyramid-like loss, Bojanowski et al. 2018), a little L2, a tiny KL. In a quarter of the
steps the latents are halved in size and must decode to the halved picture: such latents are smoother, which the diffusion model learns faster
(EQ-VAE, Kouzelis et al. 2025, arXiv:2502.09509) and which serves pictures smaller than 256 px.
"""
import argparse
import math
import os
import time

import torch
import torch.nn.functional as F

from checkpoint import Clock, load, mixed_precision, pick_device, report, save
from compose import composed, open_pictures
from networks import build_autoencoder


def wait_for(work, count):
    while composed(work) < count:
        time.sleep(1)


def picture_tensor(work, count, device):
    """The first `count` pictures as uint8 [N, 256, 256, 3] on the device."""
    pictures = open_pictures(work)
    out = torch.empty((count, *pictures.shape[1:]), dtype=torch.uint8, device=device)
    for i in range(0, count, 500):
        out[i:i + 500] = torch.from_numpy(pictures[i:min(count, i + 500)].copy()).to(device)
    return out


def normalized(pictures):
    """uint8 [B, H, W, 3] to [-1, 1] [B, 3, H, W], channels last."""
    return pictures.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def crops(pictures, index, size, top, left):
    """One crop [size, size] of each indexed picture at its own place (`top`, `left` [B])."""
    span = torch.arange(size, device=pictures.device)
    return pictures[index[:, None, None], (top[:, None] + span)[:, :, None], (left[:, None] + span)[:, None, :]]


def reconstruction_loss(output, target):
    loss = 2 * (output - target).square().mean()
    for scale in range(3):
        if scale:
            output, target = F.avg_pool2d(output, 2), F.avg_pool2d(target, 2)
        d = output - target
        loss = loss + d.abs().mean() + .5 * ((d[..., 1:] - d[..., :-1]).abs().mean() + (d[..., 1:, :] - d[..., :-1, :]).abs().mean())
    return loss


@torch.no_grad()
def psnr(vae, pictures, batch=16):
    """dB over the given pictures, of the decoded mean."""
    squares = []
    for part in pictures.split(batch):
        x = normalized(part)
        with mixed_precision(x.device):
            y = vae.decode(vae.encode(x).latent_dist.mean).sample
        squares.append(((y.float().clamp(-1, 1) - x) / 2).square().mean((1, 2, 3)))
    return -10 * math.log10(torch.cat(squares).mean().item())


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('--seconds', type=float, default=300)
    a.add_argument('--pictures', type=int, default=15_000)
    a.add_argument('--batch', type=int, default=96, help='of 128 px crops; whole pictures come a quarter as many')
    a.add_argument('--learning-rate', type=float, default=1e-3)
    a.add_argument('--kl', type=float, default=3e-4, help='weight of the mean KL of a latent value')
    a = a.parse_args()
    path = os.path.join(a.work, 'autoencoder.pt')
    device = pick_device()
    torch.manual_seed(0)
    vae = build_autoencoder().to(device)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=a.learning_rate, betas=(.9, .98), weight_decay=1e-4, fused=True)
    step, used = 0, 0.
    if os.path.exists(path):
        c = load(path, device)
        if c['done']:
            return
        vae.load_state_dict(c['vae'])
        optimizer.load_state_dict(c['optimizer'])
        step, used = c['step'], c['used']
    wait_for(a.work, a.pictures)
    pictures = picture_tensor(a.work, a.pictures, device)
    held, pictures = pictures[:128], pictures[128:] if len(pictures) > 256 else pictures
    g = torch.Generator(device).manual_seed(step)
    clock, total, first = Clock(a.seconds, used), torch.zeros((), device=device), step

    def store(done):
        save(dict(vae=vae.state_dict(), optimizer=optimizer.state_dict(), step=step, used=clock.used, done=done), path)

    while clock.fraction < 1:
        f = clock.fraction
        for group in optimizer.param_groups:
            group['lr'] = a.learning_rate * min(1, (step + 1) / 100) * (.01 + .99 * .5 * (1 + math.cos(math.pi * f)))
        batch, size = (a.batch, 128) if f < .7 else (max(2, a.batch // 4), 256)
        index = torch.randint(len(pictures), (batch,), generator=g, device=device)
        top, left = torch.randint(256 - size + 1, (2, batch), generator=g, device=device)
        x = normalized(crops(pictures, index, size, top, left))
        with mixed_precision(device):
            posterior = vae.encode(x).latent_dist
            z, target = posterior.sample(), x
            if step % 4 == 0:
                z, target = F.avg_pool2d(z, 2), F.avg_pool2d(x, 2)
            y = vae.decode(z).sample
        kl = .5 * (posterior.mean.float().square() + posterior.var.float() - 1 - posterior.logvar.float()).mean()
        loss = reconstruction_loss(y.float(), target) + a.kl * kl
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.)
        optimizer.step()
        step += 1
        total += loss.detach()
        if step % 200 == 0:
            report('autoencoder', step=step, loss=total.item() / 200, used=clock.used, fraction=f, per_second=(step - first) / (clock.used - used),
                   psnr=psnr(vae, held) if step % 1000 == 0 else None)
            total.zero_()
        if clock.due():
            store(False)
    store(True)
    report('autoencoder', step=step, done=True, psnr=psnr(vae, held))


if __name__ == '__main__':
    main()
