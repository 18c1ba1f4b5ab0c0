"""Stage 6: a checkpoint as a Stable Diffusion 1.x folder: fp16 safetensors under the published names, the layout of diffusers.

    python export.py WORK MODEL_DIR --tokenizer DIR [--checkpoint diffusion.pt] [--weights average|raw]
"""
import argparse
import json
import os
import shutil

import torch
from safetensors.torch import save_file

from checkpoint import load, report
from latents import fold
from networks import TABLE, TEXT_WIDTH, VOCABULARY, assign, build_autoencoder, build_unet, text_settings

SCHEDULER = dict(_class_name='PNDMScheduler', _diffusers_version='0.6.0', beta_end=0.012, beta_schedule='scaled_linear', beta_start=0.00085,
                 clip_sample=False, num_train_timesteps=1000, prediction_type='epsilon', set_alpha_to_one=False, skip_prk_steps=True, steps_offset=1,
                 trained_betas=None)
INDEX = dict(_class_name='StableDiffusionPipeline', _diffusers_version='0.6.0', feature_extractor=[None, None], image_encoder=[None, None],
             requires_safety_checker=False, safety_checker=[None, None], scheduler=['diffusers', 'PNDMScheduler'],
             text_encoder=['transformers', 'CLIPTextModel'], tokenizer=['transformers', 'CLIPTokenizer'], unet=['diffusers', 'UNet2DConditionModel'],
             vae=['diffusers', 'AutoencoderKL'])


def write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f:
        json.dump(value, f, indent=2)
        f.write('\n')


def save_network(network, folder):
    network.to(memory_format=torch.contiguous_format).half().save_pretrained(folder)
    path = os.path.join(folder, 'config.json')
    config = {k: v for k, v in json.load(open(path)).items() if k not in ('_name_or_path', 'decay', 'inv_gamma', 'power')}
    write_json(path, config)


def export(weights, known, m, w, vae_state, tokenizer, folder):
    vae, unet = build_autoencoder(), build_unet()
    vae.load_state_dict(vae_state)
    fold(vae, m.cpu(), w.cpu())
    save_network(vae, os.path.join(folder, 'vae'))
    assign(dict(unet.named_parameters()), {k.removeprefix('unet.'): v for k, v in weights.items() if k.startswith('unet.')})
    save_network(unet, os.path.join(folder, 'unet'))
    text = {k: v.half().cpu().contiguous() for k, v in weights.items() if k.startswith('text_model.')}
    table = torch.zeros(VOCABULARY, TEXT_WIDTH, dtype=torch.float16)
    table[torch.tensor(known)] = text[TABLE][1:]
    text[TABLE] = table
    os.makedirs(os.path.join(folder, 'text_encoder'), exist_ok=True)
    save_file(text, os.path.join(folder, 'text_encoder', 'model.safetensors'), metadata={'format': 'pt'})
    write_json(os.path.join(folder, 'text_encoder', 'config.json'),
               dict(architectures=['CLIPTextModel'], model_type='clip_text_model', **text_settings(VOCABULARY), attention_dropout=0.0, dropout=0.0,
                    initializer_factor=1.0, initializer_range=0.02, torch_dtype='float16'))
    write_json(os.path.join(folder, 'scheduler', 'scheduler_config.json'), SCHEDULER)
    write_json(os.path.join(folder, 'model_index.json'), INDEX)
    inside = os.path.join(folder, 'tokenizer')
    if os.path.realpath(tokenizer) != os.path.realpath(inside):
        shutil.copytree(tokenizer, inside, dirs_exist_ok=True)
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(folder) for f in files)


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument('work')
    a.add_argument('folder')
    a.add_argument('--tokenizer', required=True)
    a.add_argument('--checkpoint', default='diffusion.pt')
    a.add_argument('--weights', choices=['average', 'raw'], default='average')
    a = a.parse_args()
    c = load(os.path.join(a.work, a.checkpoint))
    decoder = os.path.join(a.work, 'decoder.pt')
    vae = load(decoder if os.path.exists(decoder) else os.path.join(a.work, 'autoencoder.pt'))['vae']
    size = export(c[a.weights], c['known'], c['m'], c['w'], vae, a.tokenizer, a.folder)
    report('export', folder=a.folder, step=c['step'], bytes=size)
    assert size <= 25_000_000, size


if __name__ == '__main__':
    main()
