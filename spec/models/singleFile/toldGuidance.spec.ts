/** A single file of a model that is told the scale of guidance (LCM): the layer for it has diffusers' name, LDM has none. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openCheckpoint } from '../../../models/openCheckpoint';
import { planModel } from '../../../models/planModel';
import { fromRoot } from '../../root';
import { memorySource } from '../memoryFolder';
import { rejects } from '../rejects';
import { singleFile, smallModelFiles } from './smallModel';

const LAYER = 'time_embedding.cond_proj.weight';
const tokenizer = async () => ({
  vocab: JSON.parse(await readFile(fromRoot('models/demo/model/tokenizer/vocab.json'), 'utf8')),
  merges: await readFile(fromRoot('models/demo/model/tokenizer/merges.txt'), 'utf8'),
});
const config = JSON.parse(new TextDecoder().decode((await smallModelFiles()).get('unet/config.json')));
const [first] = config.block_out_channels as [number];

const opened = async (rows: number) => {
  const shape = [rows, 24];
  const data = new Uint8Array(4 * rows * 24);
  const layer = { name: `model.diffusion_model.${LAYER}`, dtype: 'F32' as const, shape, data };
  return openCheckpoint(memorySource('lcm.safetensors', await singleFile((all) => [...all, layer])), { tokenizer });
};

test('its length is read off the layer, which is one of the weights', async () => {
  const checkpoint = await opened(first);
  assert.is(checkpoint.description.unet.timeCondProjDim, 24);
  assert.ok(planModel(checkpoint).stages.unet.tensors.some(({ name }) => name === LAYER));
  const plain = await openCheckpoint(memorySource('sd.safetensors', await singleFile()), { tokenizer });
  assert.is(plain.description.unet.timeCondProjDim, undefined);
});

test('one that does not fit the timestep’s embedding is told', () =>
  rejects(() => opened(first + 1), 'bad-model', LAYER, `[${first},24]`));

test.run();
