"""Stage 9: a tiny autoencoder (diffusers' AutoencoderTiny, TAESD) that learns what the model's own VAE says: its decoder the VAE decoder's pictures,
its encoder the VAE encoder's means.

    python tiny.py WORK MODEL_DIR OUT_DIR --steps 9000        # WORK/pictures.npy is compose.py's

Decoder: of latents of composed pictures (half of them with a little noise, as diffusion leaves it) and of the sampler's own, squared error and that
of the gradients, on crops first and on whole pictures at the end, where the borders are what they will be. Every third step is the encoder's.
TAESD's latents are those of diffusion, already times 0.18215. Kept: a moving average, in fp16. Steps, not seconds, are counted: it may be stopped.
"""
import argparse
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline

from autoencoder import normalized
from checkpoint import load, report, save
from compose import captions, open_pictures

WIDTH = 16
HELD = 32                                                  # latents of the sampler's that it is judged by


def build():
    return AutoencoderTiny(encoder_block_out_channels=(WIDTH,) * 4, decoder_block_out_channels=(WIDTH,) * 4).to(memory_format=torch.channels_last)


@torch.no_grad()
def sampled(folder, prompts, batch=8):
    """Latents [N, 4, 32, 32] as the sampler leaves them."""
    pipe = StableDiffusionPipeline.from_pretrained(folder, torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False)
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    parts = []
    for i in range(0, len(prompts), batch):
        g = torch.Generator().manual_seed(i)
        parts.append(pipe(prompts[i:i + batch], num_inference_steps=16, guidance_scale=5, generator=g, output_type='latent').images)
    return torch.cat(parts)


@torch.no_grad()
def pairs(work, folder, own):
    """{z, picture: what the decoder is taught with, image, mean: the encoder}, of the composed pictures and then of `own` of the sampler's."""
    path = os.path.join(work, 'tiny-pairs.pt')
    if os.path.exists(path):
        return load(path)
    vae = AutoencoderKL.from_pretrained(os.path.join(folder, 'vae'), torch_dtype=torch.float32)
    factor = vae.config.scaling_factor
    composed = torch.from_numpy(np.array(open_pictures(work)))
    g = torch.Generator().manual_seed(0)
    mean = torch.cat([vae.encode(normalized(part)).latent_dist.mean * factor for part in composed.split(8)])
    report('tiny', encoded=len(mean))
    noisy = mean + .12 * torch.rand((len(mean), 1, 1, 1), generator=g) * torch.randn(mean.shape, generator=g) * (torch.arange(len(mean)) % 2).view(-1, 1, 1, 1)
    z = torch.cat([noisy, sampled(folder, [entry['caption'] for entry in captions(work, own)])])
    report('tiny', sampled=own)
    decoded = [((vae.decode(part / factor).sample.clamp(-1, 1) + 1) * 127.5).round().byte() for part in z.split(8)]
    made = dict(z=z.half(), picture=torch.cat(decoded), image=composed.permute(0, 3, 1, 2).contiguous(), mean=mean.half())
    save(made, path)
    return made


def crop(a, b, index, cells, g):
    """The same place of latents and pictures: [B, 4, cells, cells], [B, 3, 8 cells, 8 cells] in [-1, 1]."""
    top, left = torch.randint(32 - cells + 1, (2, len(index)), generator=g).tolist()
    z = torch.stack([a[i, :, y:y + cells, x:x + cells] for i, y, x in zip(index, top, left)]).float()
    p = torch.stack([b[i, :, 8 * y:8 * (y + cells), 8 * x:8 * (x + cells)] for i, y, x in zip(index, top, left)]).float() / 127.5 - 1
    return z.contiguous(memory_format=torch.channels_last), p.contiguous(memory_format=torch.channels_last)


def decoder_loss(y, target):
    d = y - target
    edges = (d[..., 1:] - d[..., :-1]).abs().mean() + (d[..., 1:, :] - d[..., :-1, :]).abs().mean()
    return 4 * d.square().mean() + .2 * edges + .2 * F.avg_pool2d(d, 4).abs().mean()


@torch.no_grad()
def judge(vae, z, picture):
    """dB of each picture as the tiny decoder draws it, against the VAE's."""
    y = ((torch.cat([vae.decode(part.float()).sample for part in z.split(8)]).clamp(-1, 1) + 1) * 127.5).round()
    return -10 * torch.log10(((y - picture.float()) / 255).square().mean((1, 2, 3)).clamp(min=1e-10))


def export(state, folder):
    vae = build()
    vae.load_state_dict(state)
    vae.to(memory_format=torch.contiguous_format).half().save_pretrained(folder)
    path = os.path.join(folder, 'config.json')
    config = {k: v for k, v in json.load(open(path)).items() if k not in ('_name_or_path', 'block_out_channels')}
    with open(path, 'w') as f:
        f.write(json.dumps(config, indent=2) + '\n')


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('folder')
    a.add_argument('out')
    a.add_argument('--steps', type=int, default=9000)
    a.add_argument('--batch', type=int, default=6, help='of crops of 128 px; whole pictures come a third as many')
    a.add_argument('--learning-rate', type=float, default=2e-3)
    a.add_argument('--own', type=int, default=160, help='latents of the sampler\'s')
    a = a.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    made = pairs(a.work, a.folder, a.own)
    held = slice(len(made['z']) - HELD, None)
    vae, average = build(), build()
    average.load_state_dict(vae.state_dict())
    optimizer = torch.optim.AdamW(vae.parameters(), lr=a.learning_rate, betas=(.9, .98), weight_decay=1e-4)
    path = os.path.join(a.work, 'tiny.pt')
    step = 0
    if os.path.exists(path):
        c = load(path)
        vae.load_state_dict(c['vae'])
        average.load_state_dict(c['average'])
        optimizer.load_state_dict(c['optimizer'])
        step = c['step']
    total = {'decoder': 0., 'encoder': 0.}
    while step < a.steps:
        f = step / a.steps
        g = torch.Generator().manual_seed(step)
        for group in optimizer.param_groups:
            group['lr'] = a.learning_rate * min(1, (step + 1) / 100) * (.01 + .99 * .5 * (1 + math.cos(math.pi * f)))
        batch, cells = (a.batch, 16) if f < .75 else (max(2, a.batch // 3), 32)
        if step % 3 == 2:
            index = torch.randint(len(made['mean']), (batch,), generator=g).tolist()
            z, image = crop(made['mean'], made['image'], index, cells, g)
            loss, part = (vae.encoder(image) - z).square().mean(), 'encoder'
        else:
            # Every fourth of the sampler's own.
            index = torch.randint(len(made['z']) - HELD, (batch,), generator=g)
            own = len(made['mean']) + torch.randint(a.own - HELD, (batch,), generator=g)
            index = torch.where(torch.rand(batch, generator=g) < .25, own, index).tolist()
            z, target = crop(made['z'], made['picture'], index, cells, g)
            loss, part = decoder_loss(vae.decoder(z), target), 'decoder'
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.)
        optimizer.step()
        step += 1
        total[part] += loss.item()
        with torch.no_grad():
            keep = min(.999, step / (step + 20))
            for to, value in zip(average.parameters(), vae.parameters()):
                to.lerp_(value, 1 - keep)
        if step % 500 == 0 or step == a.steps:
            db = judge(average, made['z'][held], made['picture'][held])
            report('tiny', step=step, decoder=total['decoder'] / 333, encoder=total['encoder'] / 167, psnr=db.mean().item(), least=db.min().item())
            total = dict.fromkeys(total, 0.)
            save(dict(vae=vae.state_dict(), average=average.state_dict(), optimizer=optimizer.state_dict(), step=step), path)
            export(average.state_dict(), a.out)


if __name__ == '__main__':
    main()
