import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CLIP_TOKENIZER_HOME } from '../../models/clipTokenizer';
import { openCheckpoint } from '../../models/openCheckpoint';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import type { ImportOptions, PickedFile } from '../../workers/api';
import type { FetchDemo } from '../../workers/demo';
import { fetchedTokenizer } from '../../workers/fetchedTokenizer';
import { inputOfPicked, isSingle, pickedOptions } from '../../workers/picked';
import { rejects } from '../models/rejects';
import { ldmTensors, singleFile, smallModelFiles } from '../models/singleFile/smallModel';
import { fromRoot } from '../root';

const never = new AbortController().signal;
const asked: string[] = [];

/** The page's own server, of which only the demo model's folder is asked for. */
const fetchDemo: FetchDemo = async (path) => {
  asked.push(path);
  return new Response(await readFile(fromRoot(`${CLIP_TOKENIZER_HOME}/${path}`)));
};
const tokenizer = () => fetchedTokenizer(fetchDemo, never);
const picked = (path: string, bytes: Uint8Array) => ({ path, file: new Blob([bytes as Uint8Array<ArrayBuffer>]) });
const files = await smallModelFiles();
const folder = [...files].map(([path, bytes]) => picked(`small/${path}`, bytes));
const single = picked('small.safetensors', await singleFile());

/** As the engine opens what was picked. */
const openPicked = (picked: readonly PickedFile[], options: ImportOptions = {}) =>
  openCheckpoint(inputOfPicked(picked), pickedOptions(options, tokenizer));

test('one file is a model, its tokenizer fetched from the page; a folder brings its own', async () => {
  asked.length = 0;
  const ofFolder = await openPicked(folder);
  assert.equal(asked, []);
  const ofFile = await openPicked([single]);
  assert.equal(asked, ['tokenizer/vocab.json', 'tokenizer/merges.txt']);
  assert.equal([ofFolder.name, ofFile.name], ['small', 'small']);
  assert.equal(ofFile.description, ofFolder.description);
  assert.equal(ofFile.tokenizer, ofFolder.tokenizer);
});

test('a folder with a single file in it is still a folder', async () => {
  const lone = [{ ...single, path: 'models/small.safetensors' }];
  assert.equal([isSingle([single]), isSingle(lone)], [true, false]);
  await rejects(() => openPicked(lone), 'bad-model', 'model_index.json');
});

test('a VAE, LoRAs and a prediction go with what was picked', async () => {
  const vae = encodeSafetensors((await ldmTensors(files)).filter(({ name }) => name.startsWith('first_stage_model.')));
  const module = 'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q';
  const factor = (role: string, shape: number[]) => ({
    name: `${module}.lora_${role}.weight`,
    dtype: 'F32' as const,
    shape,
    data: new Uint8Array(new Float32Array(96).fill(1).buffer),
  });
  const lora = encodeSafetensors([factor('down', [1, 96]), factor('up', [96, 1])]);
  const { description, weights } = await openPicked([single], {
    predictionType: 'v_prediction',
    vae: picked('vae.safetensors', vae),
    loras: [{ file: picked('ones.safetensors', lora), weight: 1000 }],
  });
  assert.is(description.scheduler.predictionType, 'v_prediction');
  assert.is(weights('vae_decoder').name, 'vae.safetensors');
  const bytes = await weights('unet').read('mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight');
  // Each weight is 1000 and what it was, below 1, in F16: 999 to 1001 read 0x63ce to 0x63d2.
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  assert.ok(halves.every((half) => half >= 0x63ce && half <= 0x63d2));
});

test('a tokenizer that does not arrive is a failed download', async () => {
  const gone: FetchDemo = async () => new Response('', { status: 404 });
  const offline: FetchDemo = () => Promise.reject(new TypeError('Failed to fetch'));
  await rejects(() => fetchedTokenizer(gone, never), 'download-failed', 'tokenizer/vocab.json', 'HTTP 404');
  await rejects(() => fetchedTokenizer(offline, never), 'download-failed', 'Failed to fetch');
});

test.run();
