import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../build/bench/sd15Description';
import { openDiffusersFolder } from '../../models/checkpoint';
import { parametersOf } from '../../models/graph/parameters';
import { f16ToF32 } from '../../models/half';
import { ALIGNMENT_BYTES, checkManifest, type Manifest, STAGE_NAMES } from '../../models/manifest';
import { packedBytes, packStage, planStage, stageGraph } from '../../models/pack';
import { planModel } from '../../models/planModel';
import { keyOf } from '../../models/quantize/plan';
import { WEIGHT_FORMS } from '../../models/quantize/weightForm';
import type { PackedTensor } from '../../models/stage';
import type { TensorSource } from '../../models/tensorSource';
import { randomModel } from './randomModel';
import { rejects } from './rejects';
import { packedWeights } from './runStage';

const opened = randomModel('B').then(openDiffusersFolder);

test('packed tensors are aligned, in order, and hold the checkpoint’s bytes', async () => {
  const { description, weights } = await opened;
  for (const stage of STAGE_NAMES) {
    const tensors = planStage(description, stage, weights(stage));
    const blob = await packedWeights(tensors, weights(stage));
    assert.is(blob.length, packedBytes(tensors));
    let reached = 0;
    for (const { name, offset, bytes, shape, dtype } of tensors) {
      assert.is(offset % ALIGNMENT_BYTES, 0, name);
      assert.ok(offset >= reached && offset < reached + ALIGNMENT_BYTES, name);
      const { key, layout } = keyOf(name);
      const read = await weights(stage).read(key);
      const expected = layout === 'taps' ? asTaps(read, shape, dtype === 'F32' ? 4 : 2) : read;
      assert.equal(blob.slice(offset, offset + bytes), expected, name);
      reached = offset + bytes;
    }
  }
});

/** `[K, C, 3, 3]` as `[9, C, K]`, number by number. */
function asTaps(bytes: Uint8Array, [, channels, results]: readonly number[], width: number): Uint8Array {
  const taps = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length / width; i++) {
    const [k, c, tap] = [Math.floor(i / 9 / channels!), Math.floor(i / 9) % channels!, i % 9];
    taps.set(bytes.subarray(i * width, (i + 1) * width), ((tap * channels! + c) * results! + k) * width);
  }
  return taps;
}

test('in int8, 98 % of the bytes of a full-size UNet are int8, and packing reads each row once', async () => {
  const source: TensorSource = {
    name: 'sizes of Stable Diffusion 1.5',
    names: () => [],
    info: (name) => sizes.get(name),
    read: (name) => Promise.reject(new Error(name)),
  };
  const sizes = new Map(
    parametersOf(SD15, 'unet').map(({ name, shape }) => [name, { dtype: 'F16' as const, shape, bytes: 0 }]),
  );
  const tensors = planStage(SD15, 'unet', source, 'int8');
  const bytes = (some: readonly PackedTensor[]) => some.reduce((sum, each) => sum + each.bytes, 0);
  const share = bytes(tensors.filter(({ dtype }) => dtype === 'I8')) / bytes(tensors);
  assert.ok(share >= 0.98, `${share}`);

  const { description, weights } = await opened;
  const reads: string[] = [];
  const counted: TensorSource = {
    ...weights('unet'),
    read(name, rows) {
      for (let row = rows!.begin; row < rows!.end; row++) reads.push(`${name} ${row}`);
      return weights('unet').read(name, rows);
    },
  };
  for (const form of WEIGHT_FORMS) {
    reads.length = 0;
    const planned = planStage(description, 'unet', counted, form);
    const packed = await packedWeights(planned, counted);
    assert.is(packed.length, packedBytes(planned));
    assert.is(new Set(reads).size, reads.length, form);
    assert.is(
      reads.length,
      parametersOf(description, 'unet').reduce((sum, { shape }) => sum + shape[0]!, 0),
      form,
    );
  }
});

test('packing reads one tensor at a time and hands it on before the next', async () => {
  const { description, weights } = await opened;
  const source = weights('unet');
  const tensors = planStage(description, 'unet', source);
  let reads = 0;
  const counted: TensorSource = {
    ...source,
    read(name, rows) {
      reads += 1;
      return source.read(name, rows);
    },
  };
  const stream = packStage(tensors, counted);
  await stream.next();
  assert.is(reads, 1);
  await stream.return(undefined);
});

test('BF16 becomes F32 exactly, at twice the bytes', async () => {
  const { description, weights } = await opened;
  const source = weights('vae_decoder');
  // The same bits read as BF16: the plan doubles, the values are the upper halves.
  const bf16: TensorSource = {
    ...source,
    info: (name) => ({ ...source.info(name)!, dtype: 'BF16' }),
    // At an odd address, as a slice of a larger buffer may be.
    read: async (name, rows) => {
      const bytes = await source.read(name, rows);
      const odd = new Uint8Array(bytes.length + 1).subarray(1);
      odd.set(bytes);
      return odd;
    },
  };
  const [first] = planStage(description, 'vae_decoder', bf16);
  assert.equal([first!.dtype, first!.bytes], ['F32', 2 * source.info(first!.name)!.bytes]);
  const chunks = packStage([first!], bf16);
  const packed = new Uint32Array(((await chunks.next()).value as Uint8Array).buffer);
  const halves = new Uint16Array((await source.read(first!.name)).buffer);
  assert.equal(
    [...packed],
    [...halves].map((half) => half * 65_536),
  );
  assert.ok(f16ToF32(halves).every(Number.isFinite));
});

test('a graph is the same bytes each time', async () => {
  const { description, weights } = await opened;
  const tensors = planStage(description, 'unet', weights('unet'));
  const size = { batch: 1, height: 9, width: 13 };
  const build = () => stageGraph(description, 'unet', size, tensors);
  assert.equal(build(), build());
});

test('a graph whose weights file lacks a tensor is refused', async () => {
  const { description, weights } = await opened;
  const tensors = planStage(description, 'unet', weights('unet')).slice(1);
  const build = () => stageGraph(description, 'unet', { batch: 1, height: 8, width: 8 }, tensors);
  await rejects(build, 'bad-model', 'unet: time_embedding.linear_1.weight');
});

test('a manifest survives JSON', async () => {
  const manifest = planModel(await opened);
  assert.equal(checkManifest(JSON.parse(JSON.stringify(manifest))), manifest);
});

type Damage = (manifest: Manifest) => unknown;
const tensor =
  (change: object): Damage =>
  ({ stages }) =>
    Object.assign(stages.unet.tensors[1]!, change);
const DAMAGE: readonly [sentence: string, damage: Damage, ...words: string[]][] = [
  ['a missing stage', ({ stages }) => Object.assign(stages, { vae_encoder: undefined }), 'stages.vae_encoder'],
  ['a missing description', (m) => Object.assign(m.description, { unet: null }), 'description.unet'],
  ['no merges', (m) => Object.assign(m.tokenizer, { merges: 1 }), 'tokenizer.merges'],
  ['a blob too short for its tensors', ({ stages }) => Object.assign(stages.unet, { bytes: 10 }), 'stages.unet.bytes'],
  ['an offset off the grid', tensor({ offset: 4 }), 'offset', 'a multiple of 64'],
  ['overlapping tensors', tensor({ offset: 0 }), 'offset', 'got 0'],
  ['bytes that are not those of the shape', tensor({ bytes: 1 }), 'linear_1.bias', 'got 1'],
  ['a shape that is not one', tensor({ shape: [-1] }), 'shape', '[-1]'],
  ['a dtype that graphs do not load', tensor({ dtype: 'BF16' }), 'F32, F16, I8, U8', 'BF16'],
];
for (const [sentence, damage, ...words] of DAMAGE) {
  test(`a manifest with ${sentence} is refused`, async () => {
    const manifest = structuredClone(planModel(await opened));
    damage(manifest);
    await rejects(() => checkManifest(manifest), 'bad-model', ...words);
  });
}

test('a manifest of another format or version is refused by name', async () => {
  await rejects(() => checkManifest({ format: 'gguf' }), 'unsupported-model', '"gguf"');
  const newer = { ...planModel(await opened), version: 4 };
  await rejects(() => checkManifest(newer), 'unsupported-model', 'version', 'got 4');
});

test.run();
