/** The VAE of SDXL has the tensors of 1.x's: only what its file says of itself gives it away. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import { openVaeFile } from '../../../models/singleFile/openSingleFile';
import { memorySource } from '../memoryFolder';
import { rejects } from '../rejects';
import { ldmTensors, smallModelFiles } from './smallModel';

const tensors = (await ldmTensors(await smallModelFiles())).filter(({ name }) => name.startsWith('first_stage_model.'));
const open = (name: string, metadata?: Record<string, string>, more: typeof tensors = []) =>
  openVaeFile(memorySource(name, encodeSafetensors([...tensors, ...more], metadata)));
const architecture = (text: string) => ({ 'modelspec.architecture': text });

test('a VAE that says it is of SDXL is refused, whether in its metadata, by its company, or in its name', async () => {
  const xl = architecture('stable-diffusion-xl-v1-base/vae');
  await rejects(() => open('vae.safetensors', xl), 'unsupported-model', 'vae.safetensors: VAE', 'stable-diffusion-xl');
  const embedder = { ...tensors[0]!, name: 'conditioner.embedders.0.transformer.x' };
  await rejects(() => open('whole.safetensors', {}, [embedder]), 'unsupported-model', 'part of a Stable Diffusion XL');
  for (const name of ['sdxl_vae.safetensors', 'models/sdxl-vae-fp16-fix.safetensors', 'sd_xl_base.safetensors']) {
    await rejects(() => open(name), 'unsupported-model', name, 'by its name', 'rename it');
  }
});

test('one of 1.x is taken, also from a folder that is named for SDXL', async () => {
  const vae = architecture('stable-diffusion-v1/vae');
  for (const name of ['vae-ft-mse-840000.safetensors', 'C:\\sdxl\\kl-f8.safetensors', 'sdxl/anime.safetensors']) {
    assert.is((await open(name, vae)).config.scalingFactor, 0.18215);
  }
});

test.run();
