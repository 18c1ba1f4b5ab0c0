"""Optional: what a small classifier sees in the held-out prompts, and the colours, by guidance scale.

    python judge.py WORK MODEL_DIR… --seconds 35

The judge learns from composed pictures which subjects a picture shows (one logistic output each). A generated picture of a held-out
single-subject prompt counts as right when its subject scores highest of the 20 held-out names (`of 20`), and of all the subjects (`of all`).
Colours: mean brightness, contrast (standard deviation) and saturation (largest minus smallest channel), all 0…1, beside the composed pictures'.
"""
import argparse

import numpy as np
import torch
import torch.nn.functional as F

from checkpoint import Clock, mixed_precision, pick_device, report
from compose import captions, open_pictures
from sheets import draw, open_pipeline
from subjects import HELD_SCENE, WORDS, held_prompts

SIDE = 128


def shrink(pictures):
    """uint8 [B, H, W, 3] to float [B, 3, 128, 128] in 0…1."""
    x = pictures.permute(0, 3, 1, 2).float() / 255
    return F.interpolate(x, (SIDE, SIDE), mode='area')


class Judge(torch.nn.Module):
    def __init__(self):
        super().__init__()
        layers, before = [], 3
        for width in (32, 64, 128, 256, 256):
            layers += [torch.nn.Conv2d(before, width, 3, 2, 1), torch.nn.BatchNorm2d(width), torch.nn.ReLU(),
                       torch.nn.Conv2d(width, width, 3, 1, 1), torch.nn.BatchNorm2d(width), torch.nn.ReLU()]
            before = width
        self.body, self.head = torch.nn.Sequential(*layers), torch.nn.Linear(before, len(WORDS))

    def forward(self, x):
        return self.head(self.body(2 * x - 1).amax((2, 3)))


def train(work, count, seconds, batch, device):
    stored = open_pictures(work)
    pictures = torch.cat([(shrink(torch.from_numpy(stored[i:i + 500].copy()).to(device)) * 255).round().byte() for i in range(0, count, 500)])[:count]
    labels = torch.zeros(count, len(WORDS), device=device)
    for i, entry in enumerate(captions(work, count)):
        labels[i, [WORDS.index(word) for word in entry['words']]] = 1
    single = torch.tensor([len(entry['words']) == 1 for entry in captions(work, count)], device=device)
    held = count // 20
    judge = Judge().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(judge.parameters(), lr=2e-3, weight_decay=1e-2)
    clock, step = Clock(seconds), 0
    while clock.fraction < 1:
        for group in optimizer.param_groups:
            group['lr'] = 2e-3 * min(1, (step + 1) / 100) * max(.01, 1 - clock.fraction)
        i = torch.randint(held, count, (batch,), device=device)
        x = pictures[i].float() / 255
        x = x + .03 * torch.rand((), device=device) * torch.randn_like(x)                     # generated pictures are never as clean
        with mixed_precision(device):
            logits = judge(x.to(memory_format=torch.channels_last))
        loss = F.binary_cross_entropy_with_logits(logits.float(), labels[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
    judge.eval()
    with torch.no_grad():
        right = torch.cat([judge(part.float() / 255).argmax(1) for part in pictures[:held].split(256)]) == labels[:held].argmax(1)
    report('judge', steps=step, loss=loss.item(), right_on_composed_singles=right[single[:held]].float().mean().item())
    return judge, colors(pictures[:held].float() / 255)


def colors(x):
    """Of pictures [B, 3, H, W] in 0…1."""
    return dict(brightness=x.mean().item(), contrast=x.std((1, 2, 3)).mean().item(), saturation=(x.amax(1) - x.amin(1)).mean().item())


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('models', nargs='+')
    a.add_argument('--seconds', type=float, default=35)
    a.add_argument('--pictures', type=int, default=40_000)
    a.add_argument('--batch', type=int, default=256)
    a.add_argument('--steps', type=int, default=20)
    a.add_argument('--prompts', type=int, default=1000)
    a.add_argument('--guidance', type=float, nargs='+', default=[1.5, 2, 2.5, 3, 4, 5, 7.5])
    a = a.parse_args()
    device = pick_device()
    judge, composed_colors = train(a.work, a.pictures, a.seconds, a.batch, device)
    report('judge', composed=True, **composed_colors)
    prompts = [(prompt, subject) for prompt, subject in held_prompts() if subject][:a.prompts]
    subject = torch.tensor([WORDS.index(s) for _, s in prompts], device=device)
    names = torch.tensor([WORDS.index(s) for s in HELD_SCENE], device=device)
    for folder in a.models:
        pipeline = open_pipeline(folder, device)
        for guidance in a.guidance:
            images = draw(pipeline, [p for p, _ in prompts], guidance, a.steps)
            x = shrink(torch.from_numpy(np.stack([np.asarray(image) for image in images])).to(device))
            with torch.no_grad():
                logits = judge(x)
            of_twenty = names[logits[:, names].argmax(1)] == subject
            report('judge', model=folder, guidance=guidance, of_20=of_twenty.float().mean().item(), of_all=(logits.argmax(1) == subject).float().mean().item(),
                   **colors(x))


if __name__ == '__main__':
    main()
