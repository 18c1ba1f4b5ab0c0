"""What comes back from a lent machine: weights.tar in parts of at most 15,000,000 bytes, and sheets.tar.

    python pack.py WORK OUT_DIR         and at home: cat OUT_DIR/weights.tar.* | tar x

Unpacked into an empty WORK they go on training: diffusion.pt holds the averaged weights in fp32 (the optimizer starts anew), autoencoder.pt has the
finished decoder, recalibrated.pt is fp16 and only for export.py.
"""
import argparse
import io
import os
import tarfile

import torch

from checkpoint import load, report, save

PART = 15_000_000


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('out')
    a = a.parse_args()
    os.makedirs(a.out, exist_ok=True)
    work = lambda name: os.path.join(a.work, name)
    files = {}

    def add(name, value):
        save(value, work('packed-' + name))
        files[name] = work('packed-' + name)
    cpu = lambda tensors, kind=torch.float32: {k: v.to('cpu', kind).contiguous() for k, v in tensors.items()}
    c = load(work('diffusion.pt'))
    add('diffusion.pt', dict(average=cpu(c['average']), **{k: c[k] for k in ('known', 'm', 'w', 'step', 'used')}))
    decoder = work('decoder.pt') if os.path.exists(work('decoder.pt')) else work('autoencoder.pt')
    add('autoencoder.pt', dict(vae=cpu(load(decoder)['vae']), done=True))
    if os.path.exists(work('recalibrated.pt')):
        c = load(work('recalibrated.pt'))
        add('recalibrated.pt', dict(average=cpu(c['average'], torch.float16), **{k: c[k] for k in ('known', 'm', 'w', 'guidance', 'step', 'used')}))
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode='w') as t:
        for name, path in files.items():
            t.add(path, name)
    data = tar.getvalue()
    for old in os.listdir(a.out):
        if old.startswith('weights.tar'):
            os.remove(os.path.join(a.out, old))
    for i in range(0, len(data), PART):
        with open(os.path.join(a.out, f'weights.tar.{i // PART}'), 'wb') as f:
            f.write(data[i:i + PART])
    with tarfile.open(os.path.join(a.out, 'sheets.tar'), 'w') as t:
        t.add(work('sheets'), 'sheets')
    report('pack', parts=-(-len(data) // PART), bytes=len(data))


if __name__ == '__main__':
    main()
