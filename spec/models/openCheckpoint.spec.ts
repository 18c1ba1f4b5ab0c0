import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Checkpoint, openDiffusersFolder } from '../../models/checkpoint';
import { CLIP_TOKENIZER_HOME, clipTokenizer } from '../../models/clipTokenizer';
import { fromF32, toF32 } from '../../models/floats';
import { diskFolder } from '../../models/folder.node';
import { STAGE_NAMES } from '../../models/manifest';
import { type CheckpointOptions, openCheckpoint } from '../../models/openCheckpoint';
import { packStage, planStage } from '../../models/pack';
import { openSafetensors } from '../../models/safetensors';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import type { Folder } from '../../models/source';
import { fromRoot } from '../root';
import { memoryFolder, memorySource } from './memoryFolder';
import { asJson, randomModel } from './randomModel';
import { rejects } from './rejects';
import { ldmTensors, smallModelFiles } from './singleFile/smallModel';

const clip = clipTokenizer(await diskFolder(fromRoot(CLIP_TOKENIZER_HOME)));
const tokenizer = () => clip;
const files = await smallModelFiles();
const tensors = await ldmTensors(files);
const folder: Folder = memoryFolder(files, 'small');
const published = await openDiffusersFolder(folder);

const source = (from: readonly NamedTensor[], metadata?: Record<string, string>, name = 'some/small.safetensors') =>
  memorySource(name, encodeSafetensors(from, metadata));
const open = (
  from: readonly NamedTensor[],
  options: Partial<CheckpointOptions> = {},
  metadata?: Record<string, string>,
) => openCheckpoint(source(from, metadata), { tokenizer, ...options });

const UNET = 'model.diffusion_model.';
const isUNet = ({ name }: NamedTensor): boolean => name.startsWith(UNET);
const isVae = ({ name }: NamedTensor): boolean => name.startsWith('first_stage_model.');
const isText = ({ name }: NamedTensor): boolean => name.startsWith('cond_stage_model.');
const tensor = (name: string, shape: number[] = [1], dtype: NamedTensor['dtype'] = 'F16'): NamedTensor => {
  const bits = { F16: 16, F32: 32, I64: 64, U8: 8 }[dtype as 'F16'];
  return { name, dtype, shape, data: new Uint8Array((shape.reduce((a, b) => a * b, 1) * bits) / 8) };
};
const renamed = (from: string, to: string) =>
  tensors.map((each) => (each.name.startsWith(from) ? { ...each, name: to + each.name.slice(from.length) } : each));

/** Every stage packed as it would be stored. */
async function packed(checkpoint: Checkpoint): Promise<Record<string, Uint8Array>> {
  const stages: Record<string, Uint8Array> = {};
  for (const stage of STAGE_NAMES) {
    const weights = checkpoint.weights(stage);
    const parts: Uint8Array[] = [];
    for await (const part of packStage(planStage(checkpoint.description, stage, weights), weights)) parts.push(part);
    stages[stage] = new Uint8Array(Buffer.concat(parts));
  }
  return stages;
}
const expected = await packed(published);

async function sameAsFolder(checkpoint: Checkpoint): Promise<void> {
  assert.equal(checkpoint.description, published.description);
  const got = await packed(checkpoint);
  for (const stage of STAGE_NAMES) assert.ok(Buffer.compare(got[stage]!, expected[stage]!) === 0, stage);
}

test('a single file opens as its diffusers folder does: sizes, tokenizer, every byte of every stage', async () => {
  const checkpoint = await open(tensors);
  assert.is(checkpoint.name, 'small');
  assert.equal(checkpoint.tokenizer, published.tokenizer);
  await sameAsFolder(checkpoint);
});

test('what training leaves in a file is passed over', async () => {
  const rest = [
    tensor('alphas_cumprod', [1000], 'F32'),
    tensor('cond_stage_model.logit_scale', []),
    tensor('cond_stage_model.transformer.text_model.embeddings.position_ids', [1, 77], 'I64'),
    tensor('embedding_manager.embedder.x', [3]),
    tensor('model_ema.decay', [], 'F32'),
    tensor('model_ema.num_updates', [], 'I64'),
    tensor('optimizer.state.0.exp_avg', [2, 2]),
  ];
  await sameAsFolder(await open([...rest, ...tensors]));
});

test('averaged weights are the model where they are alone, and not where the plain ones are there', async () => {
  const flat = (name: string): string => `model_ema.diffusion_model${name.slice(UNET.length).replaceAll('.', '')}`;
  const averaged = tensors.map((each) => (isUNet(each) ? { ...each, name: flat(each.name) } : each));
  await sameAsFolder(await open(averaged));
  const noise = averaged
    .filter(({ name }) => name.startsWith('model_ema.'))
    .map((each) => ({ ...each, data: each.data.map((b) => b ^ 1) }));
  await sameAsFolder(await open([...noise, ...tensors]));
});

test("diffusers' names in one file, and text encoders without text_model, are found", async () => {
  const flat: NamedTensor[] = [];
  for (const [path, bytes] of files) {
    if (!path.endsWith('.safetensors')) continue;
    const file = await openSafetensors(memorySource(path, bytes));
    for (const name of file.names()) {
      flat.push({ name: `${path.split('/')[0]}.${name}`, ...file.info(name)!, data: await file.read(name) });
    }
  }
  await sameAsFolder(await open(flat));
  await sameAsFolder(await open(renamed('cond_stage_model.transformer.text_model.', 'cond_stage_model.transformer.')));
});

test('fp8 and BF16 checkpoints hold the values that they say', async () => {
  const name = `${UNET}input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight`;
  const key = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight';
  const as = (dtype: 'F8_E5M2' | 'BF16') =>
    open(
      tensors.map((each) => {
        if (!isUNet(each)) return each;
        const data =
          dtype === 'BF16' ? fromF32('BF16', toF32('F16', each.data)) : each.data.filter((_, i) => i % 2 === 1);
        return { ...each, dtype, data };
      }),
    );
  const halves = tensors.find((each) => each.name === name)!.data;
  const eight = (await as('F8_E5M2')).weights('unet');
  assert.is(eight.info(key)!.dtype, 'F16');
  // E5M2 is the upper byte of a half.
  assert.equal(
    await eight.read(key),
    halves.map((byte, i) => (i % 2 === 1 ? byte : 0)),
  );
  const brain = (await as('BF16')).weights('unet');
  assert.equal(toF32('BF16', await brain.read(key)), toF32('BF16', fromF32('BF16', toF32('F16', halves))));
});

test('an inpainting UNet is opened as one', async () => {
  const wide = tensors.map((each) =>
    each.name === `${UNET}input_blocks.0.0.weight` ? tensor(each.name, [32, 9, 3, 3]) : each,
  );
  const { description } = await open(wide);
  assert.equal([description.unet.inChannels, description.unet.outChannels], [9, 4]);
  const eight = tensors.map((each) =>
    each.name === `${UNET}input_blocks.0.0.weight` ? tensor(each.name, [32, 8, 3, 3]) : each,
  );
  await rejects(() => open(eight), 'unsupported-model', '4, or 9 for inpainting', 'InstructPix2Pix');
});

test('what the network predicts is said by the user, else by the metadata, else by a mark, else it is epsilon', async () => {
  const predicts = async (...args: Parameters<typeof open>) =>
    (await open(...args)).description.scheduler.predictionType;
  const marked = [...tensors, tensor('v_pred', [0])];
  const key = 'modelspec.prediction_type';
  assert.is(await predicts(tensors), 'epsilon');
  assert.is(await predicts(marked), 'v_prediction');
  assert.is(await predicts(marked, {}, { [key]: 'epsilon' }), 'epsilon');
  assert.is(await predicts(tensors, {}, { [key]: 'v' }), 'v_prediction');
  assert.is(await predicts(marked, { predictionType: 'epsilon' }, { [key]: 'v' }), 'epsilon');
  await rejects(() => open(tensors, {}, { [key]: 'sample' }), 'unsupported-model', key, 'sample');
  const zero = (await open([...marked, tensor('ztsnr', [0])])).description.scheduler;
  assert.is(`${zero.predictionType} ${zero.rescaleBetasZeroSnr} ${zero.timestepSpacing}`, 'v_prediction true trailing');
  const edm = 'edm_vpred.sigma_max';
  await rejects(() => open([...marked, tensor(edm)]), 'unsupported-model', edm, 'sigmas of its own');
  const ofFolder = await openCheckpoint(folder, { tokenizer, predictionType: 'v_prediction' });
  assert.is(ofFolder.description.scheduler.predictionType, 'v_prediction');
});

test('another VAE takes the place of the own, under LDM names and published ones, with a prefix and without', async () => {
  const vae = tensors.filter(isVae);
  const other = vae.map((each) => ({ ...each, data: each.data.map((byte) => byte ^ 1) }));
  const bare = other.map((each) => ({ ...each, name: each.name.slice('first_stage_model.'.length) }));
  const unitedFile = await openSafetensors(memorySource('', files.get('vae/diffusion_pytorch_model.safetensors')!));
  const diffusers = await Promise.all(
    unitedFile.names().map(async (name) => ({
      name,
      ...unitedFile.info(name)!,
      data: (await unitedFile.read(name)).map((byte) => byte ^ 1),
    })),
  );
  const results: Uint8Array[] = [];
  for (const spelled of [other, bare, diffusers]) {
    for (const input of [source(tensors), source(tensors.filter((each) => !isVae(each))), folder]) {
      const opened = await openCheckpoint(input, { tokenizer, vae: source(spelled, undefined, 'vae.safetensors') });
      const stages = await packed(opened);
      assert.equal(stages.unet, expected.unet);
      results.push(stages.vae_decoder!);
    }
  }
  assert.not.equal(results[0], expected.vae_decoder);
  for (const result of results) assert.equal(result, results[0]);
});

test("a VAE of other sizes than the model's own brings its sizes along, and the model keeps its scaling", async () => {
  const { description } = await openCheckpoint(await randomModel('A'), {
    tokenizer,
    vae: source(tensors.filter(isVae), undefined, 'vae.safetensors'),
  });
  assert.equal(description.vae.blockOutChannels, [32, 32, 64, 64]);
  await rejects(
    () => openCheckpoint(folder, { tokenizer, vae: source(tensors.filter(isText), undefined, 'clip.safetensors') }),
    'bad-model',
    'clip.safetensors',
    'a VAE',
  );
});

for (const [kind, names] of Object.entries({
  'a Stable Diffusion XL model': ['conditioner.embedders.0.transformer.text_model.x', `${UNET}input_blocks.0.0.weight`],
  'Stable Diffusion 2.x': ['cond_stage_model.model.ln_final.weight', `${UNET}input_blocks.0.0.weight`],
  'a Stable Diffusion 3 model': [`${UNET}joint_blocks.0.x_block.attn.qkv.weight`],
  'a Flux model': ['double_blocks.0.img_attn.qkv.weight'],
  'a diffusion transformer': [`${UNET}blocks.0.self_attn.q.weight`],
  'a ControlNet': ['control_model.input_blocks.0.0.weight'],
  'a T2I-adapter': ['body.0.block1.weight', 'conv_in.weight'],
  'a LoRA': ['lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight'],
  'a textual inversion': ['emb_params'],
  'an upscaler': ['model.0.weight', 'model.1.sub.0.RDB1.conv1.0.weight'],
  'an AnimateDiff motion module': ['down_blocks.0.motion_modules.0.temporal_transformer.norm.weight'],
})) {
  test(`${kind} is refused by name`, () =>
    rejects(() => open(names.map((name) => tensor(name))), 'unsupported-model', kind));
}

test('a file without all three networks says which are missing, and the way out', async () => {
  await rejects(() => open(tensors.filter((each) => !isVae(each))), 'bad-model', 'a VAE file', 'without vae');
  await rejects(() => open(tensors.filter(isUNet)), 'bad-model', 'with unet, without vae and text encoder');
  await rejects(() => open(tensors.filter(isVae)), 'bad-model', 'with vae, without unet and text encoder');
  await rejects(() => open([tensor('x')]), 'bad-model', 'input_blocks.0.0.weight', 'got a file with x');
  await rejects(() => open([tensor('style', [4, 768])]), 'unsupported-model', 'a textual inversion');
});

test('a single tensor missing or of another shape is named before anything is read', async () => {
  const name = `${UNET}output_blocks.5.2.conv.weight`;
  await rejects(
    () => open(tensors.filter((each) => each.name !== name)),
    'bad-model',
    'up_blocks.1.upsamplers.0.conv.weight',
    'none',
  );
  await rejects(
    () => open(tensors.map((each) => (each.name === name ? { ...each, shape: [96, 96 * 9] } : each))),
    'bad-model',
    'expected [96,96,3,3], got [96,864]',
  );
});

test('a UNet that listens to another width than the text encoder speaks is refused by what it is', async () => {
  const wide = tensors.map((each) =>
    isUNet(each) && /attn2\.to_[kv]/.test(each.name) ? tensor(each.name, [each.shape[0]!, 1024]) : each,
  );
  await rejects(() => open(wide), 'unsupported-model', 'cross_attention_dim', '1024 (Stable Diffusion 2.x)');
});

test('only slices are read: opening takes headers and configs, every byte of a tensor is read once, a few at a time', async () => {
  const bytes = encodeSafetensors(tensors);
  let read = 0;
  let largest = 0;
  const counting = {
    ...memorySource('small.safetensors', bytes),
    async read(start: number, end: number) {
      read += end - start;
      largest = Math.max(largest, end - start);
      return bytes.slice(start, end);
    },
  };
  const checkpoint = await openCheckpoint(counting, { tokenizer });
  assert.ok(read < 0.02 * bytes.length, `${read} bytes to open ${bytes.length}`);
  read = 0;
  for (const stage of ['text_encoder', 'unet'] as const) {
    const weights = checkpoint.weights(stage);
    for await (const _ of packStage(planStage(checkpoint.description, stage, weights), weights)) void _;
  }
  const own = tensors.filter((each) => !isVae(each)).reduce((sum, { data }) => sum + data.length, 0);
  assert.is(read, own);
  const whole = Math.max(...tensors.map(({ data }) => data.length));
  assert.ok(largest < whole && largest <= 1 << 22, `${largest} bytes at a time, of a tensor of ${whole}`);
});

test('a tokenizer with more tokens than the table has rows is refused', () =>
  rejects(
    () =>
      open(
        tensors.map((each) => (each.name.endsWith('token_embedding.weight') ? tensor(each.name, [49_000, 64]) : each)),
      ),
    'bad-model',
    '49408 rows',
    '49000',
  ));

test('a built-in vocabulary that is cut short is refused', async () => {
  const home = await diskFolder(fromRoot(CLIP_TOKENIZER_HOME));
  const text = await (await home.file('tokenizer/merges.txt'))!.read(0, 100_000);
  const vocab = await home.file('tokenizer/vocab.json');
  const whole = await vocab!.read(0, vocab!.size);
  const both = { 'tokenizer/vocab.json': whole, 'tokenizer/merges.txt': text };
  const cut = (path: string, bytes: Uint8Array) =>
    clipTokenizer(memoryFolder(new Map(Object.entries({ ...both, [path]: bytes }))));
  await rejects(() => cut('tokenizer/merges.txt', text), 'bad-model', 'merges.txt', '48894 merges');
  await rejects(() => cut('tokenizer/vocab.json', asJson({ a: 1 })), 'bad-model', '49408 tokens', 'got 1');
});

test.run();
