"""Stage 4b: makes the stock guidance scale 7.5 behave as a gentler one, w.

    python recalibrate.py WORK --guidance 2.5 --seconds 90

Small models over-saturate at guidance 7.5, which is every client's default. Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598) takes
    e(g) = e_u + g (e_c − e_u).
Let the student keep e_u' = e_u for the empty prompt and learn e_c' = e_u + (w / 7.5) (e_c − e_u) for captions, with the finished checkpoint as the
teacher. Then at 7.5
    e_u' + 7.5 (e_c' − e_u') = e_u + w (e_c − e_u),
the teacher's prediction at guidance w; in general the student at g is the teacher at g w / 7.5. Since 7.5 magnifies what the student gets wrong,
the guided sum itself is part of the loss.

Errors count as errors of the picture, not of the noise: x0 errors are noise errors divided by the signal-to-noise ratio. What a caption changes at
high noise is the whole layout, and yet next to nothing in the noise; weighted as in training (min-SNR) the student forgot the scenes. The targets
are the teacher's, free of sampling noise, so that many small batches beat few large ones.
"""
import argparse
import copy
import os

import torch
from diffusers.models.attention_processor import AttnProcessor

from checkpoint import Clock, load, pick_device, report, save
from diffusion import Examples, signal_levels
from networks import assign, build_pair

STOCK = 7.5


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('--guidance', type=float, default=2.5, help="the teacher's guidance w that the stock 7.5 shall give")
    a.add_argument('--seconds', type=float, default=90)
    a.add_argument('--batch', type=int, default=256)
    a.add_argument('--learning-rate', type=float, default=3e-4)
    a.add_argument('--offset-noise', type=float, default=.07)
    a.add_argument('--teacher', default='diffusion.pt')
    a.add_argument('--compile', action='store_true')
    a = a.parse_args()
    path = os.path.join(a.work, 'recalibrated.pt')
    device = pick_device()
    stored, start = load(os.path.join(a.work, 'latents.pt')), load(os.path.join(a.work, a.teacher), device)
    text, unet, parameters = build_pair(len(stored['known']) + 1, device)
    assign(parameters, start['average'])
    if device.type == 'cpu':
        unet.set_attn_processor(AttnProcessor())          # the backward of fused attention is slow in bf16 on CPUs
    teacher_text, teacher_unet = copy.deepcopy(text).requires_grad_(False), copy.deepcopy(unet).requires_grad_(False)
    optimizer = torch.optim.AdamW(parameters.values(), lr=a.learning_rate, betas=(.9, .99), weight_decay=0., fused=True)
    average = {k: p.detach().clone() for k, p in parameters.items()}
    averaged, current = list(average.values()), list(parameters.values())
    step, used = 0, 0.
    if os.path.exists(path):
        c = load(path, device)
        if c['guidance'] == a.guidance and c.get('teacher_step', start['step']) == start['step']:
            assign(parameters, c.get('raw', c['average']))        # a packed checkpoint has the averaged weights alone
            for k in average:
                average[k].copy_(c['average'][k])
            if 'optimizer' in c:
                optimizer.load_state_dict(c['optimizer'])
                step, used = c['step'], c['used']
                if used >= a.seconds:
                    return
    examples, alphas = Examples(stored, device, 5 + step), signal_levels(device)
    snr = alphas / (1 - alphas)
    weight = 1 / (snr + .02) + .1
    student_predict, teacher_predict = (torch.compile(n, dynamic=False) if a.compile else n for n in (unet, teacher_unet))
    clock, total = Clock(a.seconds, used), torch.zeros(3, device=device)

    def store():
        save(dict(raw={k: p.detach() for k, p in parameters.items()}, average=average, optimizer=optimizer.state_dict(), known=stored['known'],
                  m=stored['m'], w=stored['w'], guidance=a.guidance, step=step, teacher_step=start['step'], used=clock.used), path)

    while clock.fraction < 1:
        for group in optimizer.param_groups:
            group['lr'] = a.learning_rate * min(1, (step + 1) / 30) * max(.01, 1 - clock.fraction)
        z, tokens = examples.draw(a.batch, small=step % 6 == 5)
        x, t, _ = examples.noised(z, alphas, a.offset_noise)
        x, t2 = torch.cat([x, x]).to(memory_format=torch.channels_last), torch.cat([t, t])
        tokens = torch.cat([examples.forget(tokens, empty=0), examples.empty.expand(a.batch, -1)])
        both = a.batch + a.batch // 3                     # every caption, and a third of the examples with the empty prompt too
        with torch.autocast(device.type, torch.bfloat16):
            with torch.no_grad():
                c, u = teacher_predict(x, t2, teacher_text(tokens).last_hidden_state).sample.float().chunk(2)
            sc, su = student_predict(x[:both], t2[:both], text(tokens[:both]).last_hidden_state).sample.float().split([a.batch, both - a.batch])
        k = len(su)
        squares = lambda error: error.square().mean((1, 2, 3)) * weight[t[:len(error)]]
        errors = torch.stack([squares(su - u[:k]).mean(), squares(sc - (u + a.guidance / STOCK * (c - u))).mean(),
                              squares(su + STOCK * (sc[:k] - su) - (u + a.guidance * (c - u))[:k]).mean()])
        loss = torch.tensor([1., 1., .02], device=device) @ errors
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(current, 1.)
        optimizer.step()
        step += 1
        decay = min(.5 ** (1 / 60), (1 + step) / (10 + step))
        torch._foreach_lerp_(averaged, [p.detach() for p in current], 1 - decay)
        total += errors.detach()
        if step % 20 == 0:
            empty, caption, guided = (total / 20).tolist()
            report('recalibrate', step=step, empty=empty, caption=caption, guided=guided, used=clock.used)
            total.zero_()
        if clock.due():
            store()
    store()
    report('recalibrate', step=step, done=True)


if __name__ == '__main__':
    main()
