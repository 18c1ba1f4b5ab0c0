"""Stage 5: with encoder and latents frozen, the decoder alone learns to draw crisp pictures from slightly noisy latents, as diffusion gives them.

    python decoder.py WORK --seconds 90
"""
import argparse
import os

import torch

from autoencoder import crops, normalized, picture_tensor, psnr, reconstruction_loss
from checkpoint import Clock, load, mixed_precision, pick_device, report, save
from latents import unwhiten, whiten
from networks import build_autoencoder


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('--seconds', type=float, default=90)
    a.add_argument('--pictures', type=int, default=15_000)
    a.add_argument('--batch', type=int, default=24)
    a.add_argument('--learning-rate', type=float, default=1e-3)
    a.add_argument('--noise', type=float, default=.08, help='largest standard deviation added to the whitened latents')
    a = a.parse_args()
    path = os.path.join(a.work, 'decoder.pt')
    device = pick_device()
    vae = build_autoencoder().to(device)
    vae.load_state_dict(load(os.path.join(a.work, 'autoencoder.pt'), device)['vae'])
    stored = load(os.path.join(a.work, 'latents.pt'))
    vae.encoder.requires_grad_(False)
    vae.quant_conv.requires_grad_(False)
    trained = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=a.learning_rate, betas=(.9, .98), weight_decay=1e-4, fused=True)
    step, used = 0, 0.
    if os.path.exists(path):
        c = load(path, device)
        if c['used'] >= a.seconds:
            return
        vae.load_state_dict(c['vae'])
        optimizer.load_state_dict(c['optimizer'])
        step, used = c['step'], c['used']
    pictures = picture_tensor(a.work, a.pictures, device)
    means, deviations, m, w = (stored[k][:a.pictures].to(device) if k in ('mean', 'deviation') else stored[k].to(device) for k in ('mean', 'deviation', 'm', 'w'))
    g = torch.Generator(device).manual_seed(step)
    clock, total = Clock(a.seconds, used), torch.zeros((), device=device)
    report('decoder', step=step, psnr=psnr(vae, pictures[:128]))

    def store():
        save(dict(vae=vae.state_dict(), optimizer=optimizer.state_dict(), step=step, used=clock.used), path)

    while clock.fraction < 1:
        f = clock.fraction
        for group in optimizer.param_groups:
            group['lr'] = a.learning_rate * min(1, (step + 1) / 50) * min(1, max(.01, (1 - f) / .6))
        whole = f > .6
        batch, cells = (a.batch, 32) if whole else (4 * a.batch, 16)
        i = torch.randint(len(pictures), (batch,), generator=g, device=device)
        top, left = torch.randint(32 - cells + 1, (2, batch), generator=g, device=device)
        x = crops(means.permute(0, 2, 3, 1), i, cells, top, left).permute(0, 3, 1, 2).float()
        x = x + crops(deviations.permute(0, 2, 3, 1), i, cells, top, left).permute(0, 3, 1, 2).float() * torch.randn(x.shape, generator=g, device=device)
        noise = a.noise * torch.rand((batch, 1, 1, 1), generator=g, device=device) * torch.randn(x.shape, generator=g, device=device)
        z = unwhiten(whiten(x, m, w) + noise, m, w).to(memory_format=torch.channels_last)
        target = normalized(crops(pictures, i, 8 * cells, 8 * top, 8 * left))
        with mixed_precision(device):
            y = vae.decode(z).sample
        loss = reconstruction_loss(y.float(), target)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.)
        optimizer.step()
        step += 1
        total += loss.detach()
        if step % 200 == 0:
            report('decoder', step=step, loss=total.item() / 200, used=clock.used)
            total.zero_()
        if clock.due():
            store()
    store()
    report('decoder', step=step, done=True, psnr=psnr(vae, pictures[:128]))


if __name__ == '__main__':
    main()
