"""Makes a model folder the start of more training, where the checkpoints behind it are gone.

    python adopt.py MODEL_DIR WORK

The inverse of export.py, up to fp16: WORK/diffusion.pt holds the folder's UNet and text encoder as averaged weights (the optimizer starts anew),
WORK/autoencoder.pt its autoencoder. That one already gives whitened latents over 0.18215, so the whitening kept here is this factor alone.
"""
import argparse
import os

import torch
from safetensors.torch import load_file

from checkpoint import report, save
from networks import SCALING_FACTOR, TABLE, VOCABULARY, Tokens


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('folder')
    a.add_argument('work')
    a = a.parse_args()
    read = lambda *path: {k: v.float() for k, v in load_file(os.path.join(a.folder, *path)).items()}
    known = Tokens(os.path.join(a.folder, 'tokenizer')).known
    average = read('text_encoder', 'model.safetensors') | {'unet.' + k: v for k, v in read('unet', 'diffusion_pytorch_model.safetensors').items()}
    rows = torch.tensor(known)
    others = torch.ones(VOCABULARY, dtype=torch.bool).index_fill(0, rows, False)
    assert not average[TABLE][others].any(), 'the folder knows words that subjects.py does not'
    average[TABLE] = torch.cat([torch.zeros_like(average[TABLE][:1]), average[TABLE][rows]])
    os.makedirs(a.work, exist_ok=True)
    save(dict(average=average, known=known, m=torch.zeros(4), w=SCALING_FACTOR * torch.eye(4), step=0, used=0.), os.path.join(a.work, 'diffusion.pt'))
    save(dict(vae=read('vae', 'diffusion_pytorch_model.safetensors'), done=True), os.path.join(a.work, 'autoencoder.pt'))
    report('adopt', known_tokens=len(known), weights=sum(v.numel() for v in average.values()))


if __name__ == '__main__':
    main()
