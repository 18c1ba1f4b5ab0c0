"""Stage 4: UNet and text encoder together, on latents that live on the GPU.

    python diffusion.py WORK --seconds 720 --compile
    python diffusion.py WORK --compile --warm        (compiles into the cache beside the autoencoder's training, trains and stores nothing)

Noise prediction on SD 1.x's schedule with min-SNR weighting (γ = 5; Hang et al. 2023, arXiv:2303.09556), 10 % empty captions for classifier-free
guidance, 2 % of the words replaced by the unknown word so that one such word in a prompt does little harm. Every sixth step trains on the halved
pictures (16×16 latents), so that sizes down to 128 px work. A little constant noise is added per channel (offset noise): SD's schedule leaves 7 %
of the picture's mean in the last step, which the model would trust over the caption for colour and brightness, though sampling starts without it
(Lin et al. 2023, arXiv:2305.08891). Rates: warm-up, flat, linear decay in the last 30 %; the checkpoint where the decay begins is kept
(diffusion-flat.pt): training can go on from there.
"""
import argparse
import os
import shutil

import torch

from checkpoint import Clock, load, mixed_precision, pick_device, report, save
from latents import whiten
from networks import assign, build_pair

STEPS = 1000
DECAY_FROM = .7


def signal_levels(device):
    """ᾱ_t of SD 1.x's scaled-linear betas, [1000]."""
    betas = torch.linspace(.00085 ** .5, .012 ** .5, STEPS, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float().to(device)


class Examples:
    """Batches drawn from the latents file, whole or halved."""
    def __init__(self, stored, device, seed):
        self._ = {k: v.to(device) if torch.is_tensor(v) else v for k, v in stored.items()}
        self.device, self.g = device, torch.Generator(device).manual_seed(seed)
        self.empty = self._['empty'].long()

    def draw(self, batch, small=False):
        """(whitened latents [B, 4, h, w], token rows [B, 77])."""
        mean, deviation = (self._[('small_' if small else '') + k] for k in ('mean', 'deviation'))
        i = torch.randint(len(mean), (batch,), generator=self.g, device=self.device)
        x = mean[i].float()
        x = x + deviation[i].float() * self.normal(x.shape)
        return whiten(x, self._['m'], self._['w']), self._['tokens'][i].long()

    def normal(self, shape):
        return torch.randn(shape, generator=self.g, device=self.device)

    def uniform(self, shape):
        return torch.rand(shape, generator=self.g, device=self.device)

    def noised(self, z, alphas, offset, t=None):
        """(x_t channels last, t, noise), at random times where none are given."""
        if t is None:
            t = torch.randint(STEPS, (len(z),), generator=self.g, device=self.device)
        noise = self.normal(z.shape) + offset * self.normal((*z.shape[:2], 1, 1))
        alpha = alphas[t][:, None, None, None]
        return (alpha.sqrt() * z + (1 - alpha).sqrt() * noise).to(memory_format=torch.channels_last), t, noise

    def forget(self, tokens, empty=.1, word=.02):
        start_or_end = (tokens == self.empty[0, 0]) | (tokens == self.empty[0, 1])
        tokens = torch.where((self.uniform(tokens.shape) < word) & ~start_or_end, 0, tokens)
        return torch.where(self.uniform((len(tokens), 1)) < empty, self.empty, tokens)


def random_latents(count=2048):
    """Stands in for the latents file while warming the compiler's cache."""
    shape = {'mean': 32, 'deviation': 32, 'small_mean': 16, 'small_deviation': 16}
    return {k: torch.randn(count, 4, s, s).half() for k, s in shape.items()} | dict(
        m=torch.zeros(4), w=torch.eye(4), tokens=torch.ones(count, 77, dtype=torch.int16), empty=torch.ones(1, 77, dtype=torch.int16), known=[0] * 300)


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('--seconds', type=float, default=720)
    a.add_argument('--batch', type=int, default=512)
    a.add_argument('--learning-rate', type=float, default=1e-3)
    a.add_argument('--half-life', type=float, default=150, help='of the moving average, in steps')
    a.add_argument('--offset-noise', type=float, default=.07)
    a.add_argument('--compile', action='store_true')
    a.add_argument('--warm', action='store_true')
    a = a.parse_args()
    path = os.path.join(a.work, 'diffusion.pt')
    flat_path = os.path.join(a.work, 'diffusion-flat.pt')
    device = pick_device()
    stored = random_latents() if a.warm else load(os.path.join(a.work, 'latents.pt'))
    text, unet, parameters = build_pair(len(stored['known']) + 1, device)
    optimizer = torch.optim.AdamW(parameters.values(), lr=a.learning_rate, betas=(.9, .99), weight_decay=1e-2, fused=True)
    average = {k: p.detach().clone() for k, p in parameters.items()}
    step, used = 0, 0.
    if os.path.exists(path) and not a.warm:
        c = load(path, device)
        average = c['average']
        assign(parameters, c.get('raw', average))         # a packed checkpoint has the averaged weights alone
        if 'optimizer' in c:
            optimizer.load_state_dict(c['optimizer'])
        step, used = c['step'], c['used']
        if c['used'] >= a.seconds:
            return
    examples, alphas = Examples(stored, device, 17 + step), signal_levels(device)
    snr = alphas / (1 - alphas)
    weight = snr.clamp(max=5) / snr
    predict = torch.compile(unet, dynamic=False) if a.compile else unet
    clock, first, total = Clock(a.seconds, used), step, torch.zeros(2, device=device)
    averaged, current = list(average.values()), list(parameters.values())
    report('diffusion', parameters=sum(p.numel() for p in current), known_tokens=len(stored['known']), examples=len(stored['mean']), step=step)

    def store():
        if a.warm:
            return                                        # a warm run's token table is of another vocabulary
        save(dict(raw={k: p.detach() for k, p in parameters.items()}, average=average, optimizer=optimizer.state_dict(), known=stored['known'],
                  m=stored['m'], w=stored['w'], step=step, used=clock.used), path)

    while clock.fraction < 1:
        f = clock.fraction
        if f >= DECAY_FROM and not a.warm and not os.path.exists(flat_path):
            store()
            shutil.copy(path, flat_path)
        for group in optimizer.param_groups:
            group['lr'] = a.learning_rate * min(1, (step + 1) / 300) * min(1, max(.01, (1 - f) / (1 - DECAY_FROM)))
        z, tokens = examples.draw(a.batch, small=step % 6 == 5)
        x, t, noise = examples.noised(z, alphas, a.offset_noise)
        with mixed_precision(device):
            states = text(examples.forget(tokens)).last_hidden_state
            output = predict(x, t, states).sample
        error = (output.float() - noise).square().mean((1, 2, 3))
        loss = (error * weight[t]).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(current, 1.)
        optimizer.step()
        step += 1
        decay = min(.5 ** (1 / a.half_life), (1 + step) / (10 + step))
        torch._foreach_lerp_(averaged, [p.detach() for p in current], 1 - decay)
        total += torch.stack([loss.detach(), error.detach().mean()])
        if a.warm and step == 7:
            return report('diffusion', warm=True, seconds=clock.used)
        if step % 100 == 0 or step == first + 10:
            loss, mse = (total / (step - first if step == first + 10 else 100)).tolist()
            report('diffusion', step=step, loss=loss, mse=mse, used=clock.used, pictures_per_second=a.batch * (step - first) / (clock.used - used))
            if step % 100 == 0:
                total.zero_()
        if clock.due():
            store()
    store()
    report('diffusion', step=step, done=True)


if __name__ == '__main__':
    main()
