import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { openSafetensors } from '../../models/safetensors';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import { memoryFolder, memorySource } from './memoryFolder';
import { asJson, randomModel, randomModelFiles } from './randomModel';
import { rejects } from './rejects';

const UNET = 'unet/diffusion_pytorch_model.safetensors';
const VAE = 'vae/diffusion_pytorch_model.safetensors';
const TEXT = 'text_encoder/model.safetensors';

const built = randomModelFiles('B');
type Files = Map<string, Uint8Array>;

/** Opens model B after `change` has been at its files. */
async function openChanged(change: (files: Files) => void | Promise<void>) {
  const files = new Map(await built);
  await change(files);
  return openDiffusersFolder(memoryFolder(files));
}

function move(files: Files, from: string, to: string): void {
  files.set(to, files.get(from)!);
  files.delete(from);
}

function edit(files: Files, path: string, change: object): void {
  const json = JSON.parse(new TextDecoder().decode(files.get(path)));
  files.set(path, asJson({ ...json, ...change }));
}

async function tensorsOf(bytes: Uint8Array): Promise<NamedTensor[]> {
  const file = await openSafetensors(memorySource('', bytes));
  return Promise.all(file.names().map(async (name) => ({ name, ...file.info(name)!, data: await file.read(name) })));
}

async function mapTensors(files: Files, path: string, change: (tensor: NamedTensor) => NamedTensor[]): Promise<void> {
  files.set(path, encodeSafetensors((await tensorsOf(files.get(path)!)).flatMap(change)));
}

test('a folder opens with its sizes, its tokenizer and its tensors under published names', async () => {
  const { description, tokenizer, weights } = await openDiffusersFolder(await randomModel('A'));
  assert.equal(description.unet.blockOutChannels, [32, 64, 96, 64]);
  assert.is(description.vae.scalingFactor, 0.18215);
  assert.is(description.scheduler.stepsOffset, 1);
  assert.is(tokenizer.vocab['<|endoftext|>'], 49_407);
  assert.ok(tokenizer.merges.startsWith('#version'));
  const { dtype, shape } = weights('unet').info('conv_in.weight')!;
  assert.equal([dtype, shape], ['F32', [32, 4, 3, 3]]);
});

test("transformers 5's and old diffusers' names lead to the same tensors", async () => {
  const { weights } = await openChanged(() => {});
  const raw = await openSafetensors(memorySource('', (await built).get(TEXT)!));
  const key = 'final_layer_norm.weight';
  assert.equal(await weights('text_encoder').read(`text_model.${key}`), await raw.read(key));
  const vae = await openSafetensors(memorySource('', (await built).get(VAE)!));
  const scope = 'decoder.mid_block.attentions.0';
  assert.is(vae.info(`${scope}.to_q.weight`), undefined);
  for (const [now, then] of Object.entries({ to_q: 'query', to_k: 'key', to_v: 'value', 'to_out.0': 'proj_attn' })) {
    assert.equal(
      await weights('vae_decoder').read(`${scope}.${now}.bias`),
      await vae.read(`${scope}.${then}.bias`),
      now,
    );
  }
});

test('fp16 variants and shards are found', async () => {
  const { weights } = await openChanged(async (files) => {
    move(files, VAE, 'vae/diffusion_pytorch_model.fp16.safetensors');
    const tensors = await tensorsOf(files.get(UNET)!);
    const shard = (index: number) => `diffusion_pytorch_model-0000${index + 1}-of-00002.safetensors`;
    for (const index of [0, 1]) {
      files.set(`unet/${shard(index)}`, encodeSafetensors(tensors.filter((_, i) => i % 2 === index)));
    }
    const map = Object.fromEntries(tensors.map(({ name }, i) => [name, shard(i % 2)]));
    files.set('unet/diffusion_pytorch_model.safetensors.index.json', asJson({ metadata: {}, weight_map: map }));
    files.delete(UNET);
  });
  const whole = await openSafetensors(memorySource('', (await built).get(UNET)!));
  for (const name of ['conv_in.bias', 'conv_in.weight']) {
    assert.equal(await weights('unet').read(name), await whole.read(name), name);
  }
  assert.ok(weights('vae_encoder').info('quant_conv.weight'));
});

for (const file of [
  'model_index.json',
  'unet/config.json',
  'vae/config.json',
  'text_encoder/config.json',
  'scheduler/scheduler_config.json',
  'tokenizer/vocab.json',
  'tokenizer/merges.txt',
  TEXT,
  UNET,
  VAE,
]) {
  test(`says that ${file} is missing`, () =>
    rejects(() => openChanged((files) => void files.delete(file)), 'bad-model', file, 'got '));
}

test('pickled weights are refused with the reason', () =>
  rejects(
    () => openChanged((files) => move(files, UNET, 'unet/diffusion_pytorch_model.bin')),
    'bad-model',
    'unet/diffusion_pytorch_model.bin',
    'reading them runs the code they contain',
  ));

test('a shard that the index lists and the folder lacks is named', () =>
  rejects(
    () =>
      openChanged((files) => {
        files.delete(UNET);
        const path = 'unet/diffusion_pytorch_model.safetensors.index.json';
        files.set(path, asJson({ weight_map: { 'conv_in.weight': 'gone.safetensors' } }));
      }),
    'bad-model',
    'unet/gone.safetensors',
  ));

test('a truncated file of weights is refused', () =>
  rejects(
    () => openChanged((files) => void files.set(UNET, files.get(UNET)!.slice(0, -1))),
    'bad-model',
    UNET,
    'it is cut short',
  ));

test('a missing tensor is named with its shape before anything is read', () =>
  rejects(
    () =>
      openChanged((files) => mapTensors(files, UNET, (tensor) => (tensor.name === 'conv_out.bias' ? [] : [tensor]))),
    'bad-model',
    `${UNET}: conv_out.bias: expected a tensor [4], got none`,
  ));

test('a tensor of another shape is named with both', () =>
  rejects(
    () =>
      openChanged((files) =>
        mapTensors(files, VAE, (tensor) =>
          tensor.name === 'quant_conv.weight' ? [{ ...tensor, shape: [8, 8] }] : [tensor],
        ),
      ),
    'bad-model',
    `${VAE}: quant_conv.weight: shape: expected [8,8,1,1], got [8,8]`,
  ));

test('weights of a dtype that we do not compute from are refused', () =>
  rejects(
    () => openChanged((files) => mapTensors(files, TEXT, (tensor) => [{ ...tensor, dtype: 'I16' }])),
    'bad-model',
    'F32, F16 or BF16, got I16',
  ));

test('a text encoder of another width than the UNet listens to is refused', () =>
  rejects(
    () => openChanged((files) => edit(files, 'unet/config.json', { cross_attention_dim: 768 })),
    'bad-model',
    'cross_attention_dim: expected 40',
    'got 768',
  ));

test('a UNet of other inputs, an SDXL folder and other schedules are refused by name', async () => {
  const change = (path: string, json: object) => () => openChanged((files) => edit(files, path, json));
  await rejects(change('unet/config.json', { in_channels: 8 }), 'unsupported-model', '9 for inpainting', 'got 8');
  const xl = { _class_name: 'StableDiffusionXLPipeline' };
  await rejects(change('model_index.json', xl), 'unsupported-model', 'StableDiffusionXLPipeline');
  const schedule = (json: object) => change('scheduler/scheduler_config.json', json);
  await rejects(schedule({ prediction_type: 'sample' }), 'unsupported-model', 'epsilon or v_prediction', 'sample');
  await rejects(schedule({ use_beta_sigmas: true }), 'unsupported-model', 'use_beta_sigmas');
});

test('an inpainting folder and v-prediction are opened as what they are', async () => {
  const { description } = await openChanged(async (files) => {
    edit(files, 'model_index.json', { _class_name: 'StableDiffusionInpaintPipeline' });
    edit(files, 'unet/config.json', { in_channels: 9 });
    edit(files, 'scheduler/scheduler_config.json', { prediction_type: 'v_prediction' });
    await mapTensors(files, UNET, (tensor) =>
      tensor.name === 'conv_in.weight'
        ? [{ ...tensor, shape: [24, 9, 3, 3], data: new Uint8Array(24 * 9 * 9 * 2) }]
        : [tensor],
    );
  });
  assert.equal([description.unet.inChannels, description.unet.outChannels], [9, 4]);
  assert.is(description.scheduler.predictionType, 'v_prediction');
});

test('a vocabulary with more tokens than the table has rows is refused', () =>
  rejects(
    () => openChanged((files) => edit(files, 'tokenizer/vocab.json', { extra: 49_408 })),
    'bad-model',
    'tokenizer/vocab.json: extra',
    '49408',
  ));

test('a config that is not JSON, or no object, is refused', async () => {
  const put = (text: string) => () =>
    openChanged((files) => void files.set('vae/config.json', new TextEncoder().encode(text)));
  await rejects(put('{'), 'bad-model', 'vae/config.json', 'JSON');
  await rejects(put('[]'), 'bad-model', 'vae/config.json', 'a JSON object');
});

test.run();
