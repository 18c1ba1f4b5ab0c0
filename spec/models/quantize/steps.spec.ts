/** Kernels in four bits and steps: how they are rounded, how they lie, and that they are read as the eight bits they stand for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { fromF32 } from '../../../models/floats';
import { parametersOf } from '../../../models/graph/parameters';
import { checkManifest, type Manifest } from '../../../models/manifest';
import { packedBytes, planTensors } from '../../../models/pack';
import { planModel } from '../../../models/planModel';
import { encoded } from '../../../models/quantize/encode';
import type { IntegerWeight } from '../../../models/quantize/integerWeights';
import { nearest } from '../../../models/quantize/methods/nearest';
import { searchScales } from '../../../models/quantize/methods/searchScales';
import { searchSteps } from '../../../models/quantize/methods/searchSteps';
import { integerForm, KERNEL_BLOCK, type PlannedForm } from '../../../models/quantize/plan';
import { inEightBits } from '../../../models/quantize/steps';
import { unfolded, unfoldedWeights } from '../../../models/quantize/unfolded';
import { weightInMemory } from '../../../models/quantize/weight';
import type { PackedTensor, StageName, StageWeights } from '../../../models/stage';
import { weightsInMemory } from '../../../models/stageWeights';
import { randomModel, uniform } from '../randomModel';
import { rejects } from '../rejects';
import { quietly } from './roundingLayers';

const SHAPE = [6, 8, 3, 3] as const;
const COLUMNS = 72;

/** Rows of very different sizes, of which the first has a block of zeros and the last is all zeros. */
function kernel(): Float32Array {
  const weights = uniform('kernel', 6 * COLUMNS, 2, 0);
  for (let i = 0; i < weights.length; i++)
    weights[i]! *= 10 ** -Math.floor(i / COLUMNS) * (i % COLUMNS < KERNEL_BLOCK ? 1 : 0.2);
  weights.fill(0, 0, KERNEL_BLOCK);
  weights.fill(0, 5 * COLUMNS);
  return weights;
}

const weights = kernel();
const identity = Float32Array.from({ length: COLUMNS ** 2 }, (_, i) => (i % (COLUMNS + 1) === 0 ? 1 : 0));
const layer = { weights, rows: 6, columns: COLUMNS, gram: [identity] };
const rounded = await searchSteps(layer, nearest(layer, { most: 7, block: KERNEL_BLOCK }), quietly());

function squared(scales: Float32Array, values: Int8Array): number {
  const run = values.length / scales.length;
  return weights.reduce((sum, weight, i) => sum + (weight - scales[Math.floor(i / run)]! * values[i]!) ** 2, 0);
}

test('scales are whole multiples of their row’s, and cost little beside scales that are free', async () => {
  const { steps, scales, values } = rounded;
  assert.is(steps!.length, 12);
  assert.ok(
    steps!.every((step) => step >= 1 && step <= 16),
    `${steps}`,
  );
  for (let row = 0; row < 6; row++) {
    const [a, b] = [2 * row, 2 * row + 1];
    assert.ok(Math.abs(scales[a]! / steps![a]! - scales[b]! / steps![b]!) < 1e-6 * scales[b]!, `row ${row}`);
  }
  assert.ok(values.every((value) => Math.abs(value) <= 7));
  const free = await searchScales(layer, nearest(layer, { most: 7, block: KERNEL_BLOCK }), quietly());
  const byRow = await searchScales(layer, nearest(layer, { most: 7, block: COLUMNS }), quietly());
  const lost = squared(scales, values);
  assert.ok(lost < 1.1 * squared(free.scales, free.values), 'a sixteenth is fine enough');
  assert.ok(lost < 0.95 * squared(byRow.scales, byRow.values), 'blocks are worth their steps');
});

test('a block of zeros does not spoil its row, and stays zeros', () => {
  const { values } = rounded;
  assert.ok(values.subarray(0, KERNEL_BLOCK).every((value) => value === 0));
  assert.ok(values.subarray(KERNEL_BLOCK, COLUMNS).some((value) => Math.abs(value) >= 6));
  assert.ok(values.subarray(5 * COLUMNS).every((value) => value === 0));
});

test('where no input says what is better, nothing is cut off', async () => {
  const silent = { ...layer, gram: [new Float32Array(COLUMNS ** 2)] };
  const { values, scales } = await searchSteps(silent, nearest(layer, { most: 7, block: KERNEL_BLOCK }), quietly());
  for (const [i, weight] of weights.entries()) {
    const scale = scales[Math.floor(i / KERNEL_BLOCK)]!;
    assert.ok(Math.abs(weight - scale * values[i]!) <= (scale / 2) * 1.001, `weight ${i}`);
  }
});

test('in eight bits they are the same numbers under a scale for each row', () => {
  const { values, scales, most, steps } = inEightBits(rounded, 6);
  assert.equal([scales.length, most, steps], [6, 127, rounded.steps]);
  for (const [i, value] of values.entries()) {
    const stood = rounded.scales[Math.floor(i / KERNEL_BLOCK)]! * rounded.values[i]!;
    assert.ok(Math.abs(value * scales[Math.floor(i / COLUMNS)]! - stood) <= 1e-6 * Math.abs(stood), `weight ${i}`);
  }
});

const integers = inEightBits(rounded, 6);

async function packed(form: PlannedForm): Promise<{ tensors: PackedTensor[]; file: Uint8Array }> {
  const parameters = [
    { name: 'a.weight', shape: [4, 32] },
    { name: 'x.weight', shape: SHAPE },
    { name: 'x.bias', shape: [6] },
  ];
  const tensors = planTensors(
    parameters,
    () => 'F32',
    (key) => (key === 'x.weight' ? form : 'exact'),
  );
  const file = new Uint8Array(packedBytes(tensors));
  for (const { name, shape } of parameters) {
    const numbers =
      name === 'x.weight'
        ? weights
        : uniform(
            name,
            shape.reduce((a, b) => a * b),
            2,
            0,
          );
    const planned = tensors.filter((tensor) => tensor.name.startsWith(name));
    const given: IntegerWeight | undefined = name === 'x.weight' ? integers : undefined;
    for await (const { offset, bytes } of encoded(
      planned,
      weightInMemory(name, 'F32', shape, fromF32('F32', numbers)),
      given,
    ))
      file.set(bytes, offset);
  }
  return { tensors, file };
}

const manifestOf = (tensors: readonly PackedTensor[], bytes: number): Manifest => {
  const none = { bytes: 0, tensors: [] };
  return { stages: { text_encoder: none, unet: { bytes, tensors }, vae_decoder: none, vae_encoder: none } } as never;
};

test('a folded kernel takes little more than half, and is read as the eight bits it stands for, whole or in pieces', async () => {
  const [four, eight] = [await packed('steps4'), await packed('int8')];
  const kernelBytes = ({ tensors }: typeof four): number =>
    tensors.filter(({ name }) => /nibbles|steps|taps/.test(name)).reduce((sum, { bytes }) => sum + bytes, 0);
  assert.equal([kernelBytes(four), kernelBytes(eight)], [6 * (36 + 2), 6 * 72]);
  const { unet } = unfolded(manifestOf(four.tensors, four.file.length)).stages;
  assert.equal(unet, { tensors: eight.tensors, bytes: eight.file.length });
  const opened = (): StageWeights => unfoldedWeights(weightsInMemory(four.file), four.tensors);
  assert.is(opened().bytes, eight.file.length);
  assert.equal([...opened().read(0, eight.file.length)], [...eight.file]);
  const bySlices = opened();
  for (let at = 0; at < eight.file.length; at += 50) {
    const end = Math.min(eight.file.length, at + 50);
    assert.equal([...bySlices.read(at, end)], [...eight.file.subarray(at, end)], `from ${at}`);
  }
  const byTensors = opened();
  for (const { name, offset, bytes } of eight.tensors)
    assert.equal([...byTensors.read(offset, offset + bytes)], [...eight.file.subarray(offset, offset + bytes)], name);
  assert.throws(() => byTensors.read(0, eight.file.length + 1), /bad-argument|weights/);
});

test('a folded manifest says a version that earlier builds refuse, and steps that are not there are missed', async () => {
  const checkpoint = await openDiffusersFolder(await randomModel('B'));
  const shapes = new Map(parametersOf(checkpoint.description, 'unet').map(({ name, shape }) => [name, shape]));
  const forms = (stage: StageName) => (key: string) =>
    stage === 'unet' && shapes.get(key)!.length === 4 ? integerForm(shapes.get(key)!, 4) : ('int8' as const);
  const manifest = planModel(checkpoint, 'int4', forms);
  assert.equal([manifest.version, planModel(checkpoint, 'int4').version], [3, 2]);
  assert.is(checkManifest(manifest), manifest);
  const { tensors } = manifest.stages.unet;
  const at = tensors.findIndex(({ name }) => name.endsWith('/steps'));
  const broken = (some: readonly PackedTensor[]) => {
    const unet = { ...manifest.stages.unet, tensors: some };
    return () => checkManifest({ ...manifest, stages: { ...manifest.stages, unet } });
  };
  await rejects(broken(tensors.toSpliced(at, 1)), 'bad-model', tensors[at + 1]!.name, 'steps before it', 'none');
  const { bytes, shape } = tensors[at]!;
  const fewer = { ...tensors[at]!, shape: [shape[0]!, shape[1]! - 1], bytes: bytes - shape[0]! };
  await rejects(broken(tensors.with(at, fewer)), 'bad-model', 'one for each 18 bytes', `[${fewer.shape}]`);
});

test('what must be made readable first is named as it lies; closing closes', async () => {
  const { tensors, file } = await packed('steps4');
  const asked: (readonly unknown[])[] = [];
  let closed = 0;
  const base: StageWeights = {
    ...weightsInMemory(file),
    prepare: async (part) => void asked.push(part),
    close: () => void closed++,
  };
  const opened = unfoldedWeights(base, tensors);
  const { unet } = unfolded(manifestOf(tensors, file.length)).stages;
  const named = (pattern: RegExp, among: readonly PackedTensor[]) => among.filter(({ name }) => pattern.test(name));
  await opened.prepare!(named(/taps|bias/, unet.tensors));
  assert.equal(asked, [named(/steps|nibbles|bias/, tensors)]);
  opened.close();
  assert.is(closed, 1);
});

test('a kernel that nobody has rounded so is refused', async () => {
  const tensors = planTensors(
    [{ name: 'x.weight', shape: SHAPE }],
    () => 'F32',
    () => 'steps4',
  );
  const weight = weightInMemory('x.weight', 'F32', SHAPE, fromF32('F32', weights));
  const pack = async (): Promise<void> => {
    for await (const _ of encoded(tensors, weight));
  };
  await rejects(pack, 'bad-argument', 'x.weight', 'integers in four bits and steps', 'none');
});

test.run();
