"""Stage 4b: makes the stock guidance scale 7.5 behave as a gentler one, w.

    python recalibrate.py WORK --guidance 2.5 --seconds 240

Small models over-saturate at guidance 7.5, which is every client's default. Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598) takes
    e(g) = e_u + g (e_c − e_u).
Let the student keep e_u' = e_u for the empty prompt and learn e_c' = e_u + (w / 7.5) (e_c − e_u) for captions, with the finished checkpoint as the
teacher. Then at 7.5
    e_u' + 7.5 (e_c' − e_u') = e_u + w (e_c − e_u),
the teacher's prediction at guidance w; in general the student at g is the teacher at g w / 7.5.

The loss is the squared error of that guided sum, which magnifies what the student gets wrong about the text by 7.5, and of e_u' alone. The weight
(snr + 0.02)^(−1/2) lies halfway between errors of noise, which cost the layout (decided at high noise, where the text moves the noise little) almost
nothing, and errors of the picture (noise / snr), which cost nothing else. Targets are exact, so many small batches serve better than few large ones;
times are spread over each batch without gaps. The report gives, by band of t, the share of the text's effect on the picture that is still wrong:
|guided sum − target|² / |w (e_c − e_u)|²; 1 is a model that ignores the text.
"""
import argparse
import copy
import os

import torch

from checkpoint import Clock, load, mixed_precision, pick_device, report, save
from diffusion import STEPS, Examples, signal_levels
from networks import assign, build_pair

STOCK = 7.5
BANDS = 5


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('--guidance', type=float, default=2.5, help="the teacher's guidance w that the stock 7.5 shall give")
    a.add_argument('--seconds', type=float, default=240)
    a.add_argument('--batch', type=int, default=64)
    a.add_argument('--learning-rate', type=float, default=4e-4)
    a.add_argument('--half-life', type=float, default=40, help='of the moving average, in steps')
    a.add_argument('--small', type=float, default=1 / 6, help='share of the steps on halved pictures')
    a.add_argument('--late', type=float, default=.6, help='times are drawn as 1000 v^late, v uniform: below 1 favors high noise, where the scene is decided')
    a.add_argument('--offset-noise', type=float, default=.07)
    a.add_argument('--teacher', default='diffusion.pt')
    a.add_argument('--start', default='', help='a checkpoint to begin with instead of the teacher')
    a.add_argument('--compile', action='store_true')
    a = a.parse_args()
    path = os.path.join(a.work, 'recalibrated.pt')
    device = pick_device()
    stored, teacher = load(os.path.join(a.work, 'latents.pt')), load(os.path.join(a.work, a.teacher), device)
    text, unet, parameters = build_pair(len(stored['known']) + 1, device)
    assign(parameters, teacher['average'])
    teacher_text, teacher_unet = copy.deepcopy(text).requires_grad_(False), copy.deepcopy(unet).requires_grad_(False)
    if a.start:
        assign(parameters, load(os.path.join(a.work, a.start), device)['average'])
    optimizer = torch.optim.AdamW(parameters.values(), lr=a.learning_rate, betas=(.9, .98), weight_decay=0., fused=True)
    average = {k: p.detach().clone() for k, p in parameters.items()}
    averaged, current = list(average.values()), list(parameters.values())
    step, used = 0, 0.
    if os.path.exists(path):
        c = load(path, device)
        if c['guidance'] == a.guidance and c.get('teacher_step') == teacher['step'] and 'optimizer' in c:
            if c['used'] >= a.seconds:
                return
            assign(parameters, c['raw'])
            for k in average:
                average[k].copy_(c['average'][k])
            optimizer.load_state_dict(c['optimizer'])
            step, used = c['step'], c['used']
    examples, alphas = Examples(stored, device, 5 + step), signal_levels(device)
    snr = alphas / (1 - alphas)
    weight = (snr + .02) ** -.5
    student_predict, teacher_predict = (torch.compile(n, dynamic=False) if a.compile else n for n in (unet, teacher_unet))
    clock, first, total = Clock(a.seconds, used), step, torch.zeros(2, BANDS, device=device)

    def store():
        save(dict(raw={k: p.detach() for k, p in parameters.items()}, average=average, optimizer=optimizer.state_dict(), known=stored['known'],
                  m=stored['m'], w=stored['w'], guidance=a.guidance, step=step, teacher_step=teacher['step'], used=clock.used), path)

    while clock.fraction < 1:
        for group in optimizer.param_groups:
            group['lr'] = a.learning_rate * min(1, (step + 1) / 50) * max(.01, 1 - clock.fraction)
        small = int((step + 1) * a.small) > int(step * a.small)
        batch = a.batch
        z, tokens = examples.draw(batch, small=small)
        even = (torch.arange(batch, device=device) + examples.uniform((batch,))) / batch
        t = (STEPS * even ** a.late).long().clamp(max=STEPS - 1)
        x = examples.noised(z, alphas, a.offset_noise, t)[0]
        x, t2 = torch.cat([x, x]).to(memory_format=torch.channels_last), torch.cat([t, t])
        tokens = torch.cat([examples.empty.expand(batch, -1), examples.forget(tokens, empty=0)])
        with mixed_precision(device):
            with torch.no_grad():
                u, c = teacher_predict(x, t2, teacher_text(tokens).last_hidden_state).sample.float().chunk(2)
            su, sc = student_predict(x, t2, text(tokens).last_hidden_state).sample.float().chunk(2)
        effect = a.guidance * (c - u)
        guided = (su + STOCK * (sc - su) - u - effect).square().mean((1, 2, 3))
        loss = ((guided + 2 * (su - u).square().mean((1, 2, 3))) * weight[t]).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(current, 1.)
        optimizer.step()
        step += 1
        decay = min(.5 ** (1 / a.half_life), (1 + step) / (10 + step))
        torch._foreach_lerp_(averaged, [p.detach() for p in current], 1 - decay)
        if not small:
            total += torch.stack([torch.zeros(BANDS, device=device).index_add_(0, t * BANDS // STEPS, e.detach() / snr[t])
                                  for e in (guided, effect.square().mean((1, 2, 3)))])
        if step % 50 == 0:
            report('recalibrate', step=step, wrong=[float(f'{v:.3g}') for v in (total[0] / total[1]).tolist()], used=clock.used,
                   per_second=(step - first) / (clock.used - used))
            total.zero_()
        if clock.due():
            store()
    store()
    report('recalibrate', step=step, done=True)


if __name__ == '__main__':
    main()
