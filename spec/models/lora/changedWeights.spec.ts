/** LoRAs added to packed weights while these are read: the same bits as merged before packing, and nothing where they are not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { fromF32, toF32 } from '../../../models/floats';
import { parametersOf } from '../../../models/graph/parameters';
import { inBlobs } from '../../../models/lora/aside';
import { onDisk } from '../../../models/lora/aside.node';
import { changedWeights } from '../../../models/lora/changedWeights';
import { type LoraChoice, loraChanges } from '../../../models/lora/changes';
import { packedRows } from '../../../models/lora/packedRows';
import { withLoras } from '../../../models/lora/withLoras';
import { byKey, planStage } from '../../../models/pack';
import type { WeightForm } from '../../../models/quantize/weightForm';
import type { PackedTensor, StageWeights } from '../../../models/stage';
import { weightsInMemory } from '../../../models/stageWeights';
import type { TensorSource } from '../../../models/tensorSource';
import { memorySource } from '../memoryFolder';
import { randomModel, uniform } from '../randomModel';
import { rejects } from '../rejects';
import { packedWeights } from '../runStage';
import { loraFile, loraTensors, NAMINGS, number } from './randomLora';

const A = await openDiffusersFolder(await randomModel('A'));
const STAGES = ['unet', 'text_encoder'] as const;
const KOHYA = NAMINGS.kohya!;

const file = (name: string, tensors = loraTensors(A.description, name, KOHYA, 3)) =>
  memorySource(`${name}.safetensors`, loraFile(tensors));
const LORAS: readonly LoraChoice[] = [
  { source: file('first'), weight: 0.8 },
  { source: file('second'), weight: -0.35, textEncoderWeight: 0.5 },
];

/** `A` in numbers of another width. */
function inDtype(dtype: 'F32' | 'F16' | 'BF16') {
  const narrow = (source: TensorSource): TensorSource => ({
    ...source,
    info: (name) => {
      const info = source.info(name);
      return info && { ...info, dtype, bytes: dtype === 'F32' ? info.bytes : info.bytes / 2 };
    },
    read: async (name, rows) => fromF32(dtype, toF32('F32', await source.read(name, rows))),
  });
  return dtype === 'F32' ? A : { ...A, weights: (stage: Parameters<typeof A.weights>[0]) => narrow(A.weights(stage)) };
}

interface Lies {
  readonly tensors: readonly PackedTensor[];
  readonly bytes: Uint8Array;
}

async function packedIn(form: WeightForm, stage: (typeof STAGES)[number], checkpoint = A): Promise<Lies> {
  const tensors = planStage(checkpoint.description, stage, checkpoint.weights(stage), form);
  return { tensors, bytes: await packedWeights(tensors, checkpoint.weights(stage)) };
}

async function changed(
  { tensors, bytes }: Lies,
  stage: (typeof STAGES)[number],
  loras = LORAS,
  base: StageWeights = weightsInMemory(bytes),
): Promise<StageWeights> {
  return changedWeights(base, tensors, (await loraChanges(A.description, loras)).of[stage]);
}

const tensorsRead = (weights: StageWeights, tensors: readonly PackedTensor[]) =>
  new Map(tensors.map(({ name, offset, bytes }) => [name, weights.read(offset, offset + bytes).slice()]));

for (const dtype of ['F32', 'F16', 'BF16'] as const)
  for (const form of dtype === 'F16' ? (['exact', 'fp16'] as const) : (['exact'] as const)) {
    test(`${form} weights of a checkpoint in ${dtype}: bit for bit what converting it with the LoRAs merged gives`, async () => {
      const checkpoint = inDtype(dtype);
      const merged = await withLoras(checkpoint, LORAS);
      for (const stage of STAGES) {
        const plain = await packedIn(form, stage, checkpoint);
        const expected = await packedIn(form, stage, merged);
        assert.equal(plain.tensors, expected.tensors);
        const got = tensorsRead(await changed(plain, stage), plain.tensors);
        const other: string[] = [];
        for (const { name, offset, bytes } of plain.tensors) {
          const read = got.get(name)!;
          assert.ok(Buffer.compare(read, expected.bytes.subarray(offset, offset + bytes)) === 0, name);
          if (Buffer.compare(read, plain.bytes.subarray(offset, offset + bytes)) !== 0) other.push(name);
        }
        const layers = (await loraChanges(A.description, LORAS)).of[stage];
        assert.is(other.length, layers.size, `${other}`);
      }
    });
  }

for (const form of ['exact', 'int8', 'int4'] as const)
  test(`${form}: with weight 0, without LoRAs, and again without, every byte is the model's own`, async () => {
    for (const stage of STAGES) {
      const plain = await packedIn(form, stage);
      const before = plain.bytes.slice();
      const none = await changed(plain, stage, [{ source: file('first'), weight: 0 }]);
      assert.equal(none.read(0, none.bytes), before);
      tensorsRead(await changed(plain, stage), plain.tensors);
      assert.equal((await changed(plain, stage, [])).read(0, before.length), before);
      assert.equal(plain.bytes, before);
    }
  });

for (const form of ['exact', 'int8', 'int4'] as const)
  test(`${form}: read in slices that know of no tensors it is what tensors make together; each is read once of what lies below`, async () => {
    for (const stage of STAGES) {
      const plain = await packedIn(form, stage);
      const reads = new Map<number, number>();
      const base: StageWeights = {
        ...weightsInMemory(plain.bytes),
        read(begin, end) {
          reads.set(begin, (reads.get(begin) ?? 0) + 1);
          return plain.bytes.subarray(begin, end);
        },
      };
      const got = tensorsRead(await changed(plain, stage, LORAS, base), plain.tensors);
      assert.equal(new Set(reads.values()), new Set([1]));
      const sliced = await changed(plain, stage);
      for (const { name, offset, bytes } of plain.tensors) {
        const pieces = new Uint8Array(bytes);
        for (let at = 0; at < bytes; at += 4000)
          pieces.set(sliced.read(offset + at, offset + Math.min(bytes, at + 4000)), at);
        assert.ok(Buffer.compare(pieces, got.get(name)!) === 0, name);
      }
    }
  });

test('rows of every form of weight are those of the checkpoint, and put back where they are read again', async () => {
  for (const form of ['exact', 'fp16', 'int8', 'int4'] as const) {
    const { tensors, bytes } = await packedIn(form, 'unet');
    for (const { name, shape } of parametersOf(A.description, 'unet')) {
      const stored = byKey(tensors).get(name)!;
      const packed = stored.map((tensor) => ({
        ...tensor,
        bytes: bytes.slice(tensor.offset, tensor.offset + tensor.bytes),
      }));
      const rows = packedRows(packed);
      assert.is(rows.rows, shape[0], name);
      const expected = toF32('F32', await A.weights('unet').read(name));
      const whole = rows.take({ begin: 0, end: rows.rows });
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // Half a step of a seventh of the largest, of a 127th, or of a binary16.
      const error = largest * (form === 'int4' ? 0.5 / 7 : form === 'int8' ? 0.5 / 127 : 2 ** -11);
      for (const [i, value] of whole.entries())
        assert.ok(Math.abs(value - expected[i]!) <= error * 1.001, `${name} ${i}`);
      const middle = { begin: rows.rows >> 1, end: (rows.rows >> 1) + 1 };
      const row = rows.take(middle);
      assert.equal(row, whole.slice(middle.begin * rows.columns, middle.end * rows.columns), name);
      rows.put(
        row.map((value) => 2 * value),
        middle,
      );
      // Half a new step, which is 1.031 / 127 of the row's largest (eight bits), or a whole one, a seventh of it (four); twice the row's rounding.
      const step = 2 * largest * (form === 'int4' ? 1 / 7 : form === 'int8' ? 0.53 / 127 : 2 ** -11);
      for (const [i, value] of rows.take(middle).entries())
        assert.ok(Math.abs(value - 2 * row[i]!) <= step, `${form} ${name} ${i}`);
      const before = { begin: 0, end: middle.begin };
      assert.equal(rows.take(before), whole.slice(0, before.end * rows.columns), name);
    }
  }
});

/** A layer of 256 × 256 weights in `form`, its change 1 % of their deviation, and what adding it left. */
async function roundedTwice(form: 'int8' | 'int4', relative: number) {
  const [rows, columns, rank] = [256, 256, 4];
  const planned = (name: string, dtype: PackedTensor['dtype'], shape: number[], offset: number): PackedTensor => ({
    ...{ name, dtype, shape, offset },
    bytes: (dtype === 'F32' ? 4 : 1) * shape.reduce((product, size) => product * size, 1),
  });
  const tensors =
    form === 'int8'
      ? [planned('w/scales', 'F32', [rows], 0), planned('w/columns', 'I8', [columns, rows], 4 * rows)]
      : [planned('w/scales', 'F32', [rows, 8], 0), planned('w/blocks', 'U8', [rows, 8, 16], 32 * rows)];
  // Sums of three are nearly normal: their largest is as far from their deviation as that of a network's.
  const weights = uniform('a', rows * columns, 1, 0).map((value, i) => value + B[i]! + C[i]!);
  const up = uniform('up', rows * rank, 1, 0);
  const down = uniform('down', rank * columns, 1, 0);
  const change = Float32Array.from(weights, (_, i) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += up[Math.floor(i / columns) * rank + k]! * down[k * columns + (i % columns)]!;
    return sum;
  });
  const scale = (relative * deviation(weights)) / deviation(change);
  const packed = tensors.map((tensor) => ({ ...tensor, bytes: new Uint8Array(tensor.bytes) }));
  const all = { begin: 0, end: rows };
  const { quantize, nibbles } = await import('../../../models/quantize/rounding');
  const { transposeRows } = await import('../../../models/quantize/transpose');
  const scales = new Float32Array(packed[0]!.bytes.buffer);
  const integers = new Int8Array(rows * columns);
  quantize(weights, form === 'int8' ? 127 : 7, scales, integers);
  if (form === 'int8') transposeRows(integers, new Int8Array(packed[1]!.bytes.buffer), 0, rows, 1);
  else nibbles(integers, packed[1]!.bytes, 0);
  const rounded = packedRows(packed);
  const before = rounded.take(all);
  const wanted = weights.map((value, i) => value + scale * change[i]!);
  rounded.put(
    before.map((value, i) => value + scale * change[i]!),
    all,
  );
  const after = rounded.take(all);
  const dot = (of: (i: number) => number): number => weights.reduce((sum, _, i) => sum + of(i), 0);
  return {
    decibels: 10 * Math.log10(dot((i) => wanted[i]! ** 2) / dot((i) => (after[i]! - wanted[i]!) ** 2)),
    before: 10 * Math.log10(dot((i) => weights[i]! ** 2) / dot((i) => (before[i]! - weights[i]!) ** 2)),
    kept: dot((i) => (after[i]! - before[i]!) * change[i]!) / dot((i) => scale * change[i]! ** 2),
  };
}
const B = uniform('b', 65_536, 1, 0);
const C = uniform('c', 65_536, 1, 0);
const deviation = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

test('rounded a second time eight bits lose 3.5 dB at most, four bits 4.8; of a small change nothing is lost on the whole', async () => {
  // Two roundings of equal steps are 3.0 dB, the wider steps half a decibel more; between neighbors at random the second is twice as
  // large as to the nearest where a change is of a step's size, log10(3) = 4.8 dB together. The smaller changes are a tenth of a step
  // and less: to the nearest of the same steps hardly anything of them would be left.
  for (const [form, most, small] of [
    ['int8', 3.5, 0.003],
    ['int4', 4.8, 0.01],
  ] as const) {
    for (const relative of [small, 0.1]) {
      const { decibels, before, kept } = await roundedTwice(form, relative);
      assert.ok(before - decibels < most, `${form} ${relative}: ${before} to ${decibels} dB`);
      // The mean of 65,536 roundings, each off by a third of a step, against such a change.
      assert.ok(Math.abs(kept - 1) < (relative === small ? 0.12 : 0.03), `${form} ${relative}: ${kept}`);
    }
  }
});

for (const [where, aside] of [
  ['blobs', inBlobs],
  ['a file', onDisk],
] as const)
  test(`read part by part, over and over, a LoRA is added once; what was made is in ${where}`, async () => {
    const plain = await packedIn('int8', 'unet');
    const whole = tensorsRead(await changed(plain, 'unet'), plain.tensors);
    let reads = 0;
    let prepared: number[] = [];
    const source = file('first');
    const reading = (begin: number, end: number) => {
      reads += 1;
      return source.read(begin, end);
    };
    const counted = { ...source, read: reading };
    const { of } = await loraChanges(A.description, [{ source: counted, weight: 0.8 }, LORAS[1]!]);
    const base: StageWeights = {
      ...weightsInMemory(plain.bytes),
      async prepare(part) {
        prepared = part.map(({ offset }) => offset);
      },
      read(begin, end) {
        assert.ok(prepared.includes(begin), `${begin} was not prepared`);
        return plain.bytes.subarray(begin, end);
      },
    };
    const weights = await changedWeights(base, plain.tensors, of.unet, { aside: aside() });
    const half = plain.tensors.findIndex(({ offset }) => offset > plain.bytes.length / 2);
    // Scales stand beside their weights.
    const cut = half + Number(plain.tensors[half - 1]!.name.endsWith('/scales'));
    const parts = [plain.tensors.slice(0, cut), plain.tensors.slice(cut)];
    const opened = reads;
    for (let step = 0; step < 3; step++) {
      for (const part of parts) {
        await weights.prepare!(part);
        for (const { name, offset, bytes } of part)
          assert.equal(weights.read(offset, offset + bytes).slice(), whole.get(name), `${step}: ${name}`);
      }
      if (step === 0) assert.ok(reads > opened);
      if (step === 0) reads = 0;
    }
    assert.is(reads, 0);
    weights.close();
  });

test('what is no number, and what is beyond what 16 bits hold, is refused by name when it is read', async () => {
  const plain = await packedIn('fp16', 'unet');
  const tensors = loraTensors(A.description, 'first', KOHYA, 3);
  const broken = tensors.map((tensor, i) => {
    if (i !== 0) return tensor;
    const data = new Float32Array(tensor.data.slice().buffer);
    data[5] = Number.NaN;
    return { ...tensor, data: new Uint8Array(data.buffer) };
  });
  const readAll = async (source: LoraChoice['source'], weight = 1) =>
    tensorsRead(await changed(plain, 'unet', [{ source, weight }]), plain.tensors);
  await rejects(() => readAll(file('nan', broken)), 'bad-model', 'nan.safetensors', 'lora_down', 'infinity or NaN');
  await rejects(() => readAll(file('first'), 1e7), 'bad-model', '±65504', 'attn1.to_q');
  const endless = tensors.map((tensor, i) => (i === 2 ? { ...tensor, ...number(Number.POSITIVE_INFINITY) } : tensor));
  await rejects(
    () => readAll(file('alpha', endless)),
    'bad-model',
    'alpha.safetensors',
    'one finite number',
    'Infinity',
  );
});

test.run();
