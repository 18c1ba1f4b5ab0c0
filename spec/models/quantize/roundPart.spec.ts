/** The weights of a part, rounded one after another: errors name the one, and biases take back what they can. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Calibrated } from '../../../models/quantize/calibrate/calibrate';
import type { IntegerWeights } from '../../../models/quantize/integerWeights';
import { type MatMul, plainMatMul } from '../../../models/quantize/matrix/matMul';
import { DEFAULT_ROUNDING } from '../../../models/quantize/roundLayer';
import { roundPart } from '../../../models/quantize/roundPart';
import { uniform } from '../randomModel';
import { rejects } from '../rejects';
import { madeUp } from './roundingLayers';

const [ROWS, COLUMNS, SAMPLES] = [6, 8, 200];
const geometry = { height: 1, width: 1, kernel: 1, stride: 1, before: 0, outHeight: 1, outWidth: 1 };
const numbers = uniform('weights', ROWS * COLUMNS, 1, 0);
/** Far from zero on average, as what a SiLU or a GELU leaves. */
const inputs = Array.from({ length: SAMPLES }, (_, i) => uniform(`x ${i}`, COLUMNS, 1, 2));
const mean = Float32Array.from({ length: COLUMNS }, (_, c) => inputs.reduce((sum, x) => sum + x[c]!, 0) / SAMPLES);
const gram = new Float32Array(COLUMNS ** 2);
for (const x of inputs)
  for (const i of gram.keys()) gram[i]! += (x[Math.floor(i / COLUMNS)]! * x[i % COLUMNS]!) / SAMPLES;

const weights: IntegerWeights = {
  integers: () => assert.unreachable() as never,
  floats: async () => numbers,
};
const work = { matMul: plainMatMul, signal: new AbortController().signal };
const layer = { name: 'inputs/x', keys: ['a.weight'], columns: COLUMNS, geometry, gram: [gram], mean, count: SAMPLES };
const part = (...layers: Calibrated['layers']): Calibrated => ({ activations: [], layers });
const rounding = { ...DEFAULT_ROUNDING, rounding: 'nearest' } as const;

test('a layer that cannot be rounded is named', async () => {
  const broken = { ...layer, keys: ['mid_block.attentions.0.proj_in.weight'], gram: [gram.map(() => Number.NaN)] };
  await rejects(
    () => roundPart(part(layer, broken), weights, [8], rounding, work),
    'bad-argument',
    'mid_block.attentions.0.proj_in.weight: gram',
    'finite numbers',
  );
});

test('a bias that is there takes the mean error back, and what is told of the layer is what is left', async () => {
  const biases = new Set(['a.bias']);
  const plain = await roundPart(part(layer), weights, [8], rounding, work);
  const { rounded, found } = await roundPart(part(layer), weights, [8], { ...rounding, biases }, work);
  assert.is(plain.rounded[0]!.correction, undefined);
  const [{ rounded: result, correction }] = rounded as [(typeof rounded)[0]];
  const outputs = inputs.map((x) =>
    Array.from({ length: ROWS }, (_, row) => {
      let [exact, got] = [0, correction![row]!];
      for (let c = 0; c < COLUMNS; c++) {
        exact += numbers[row * COLUMNS + c]! * x[c]!;
        got += result.scales[row]! * result.values[row * COLUMNS + c]! * x[c]!;
      }
      return got - exact;
    }),
  );
  for (let row = 0; row < ROWS; row++) {
    const left = outputs.reduce((sum, errors) => sum + errors[row]!, 0) / SAMPLES;
    assert.ok(Math.abs(left) < 1e-5, `row ${row}: ${left}`);
  }
  const squared = outputs.flat().reduce((sum, error) => sum + error ** 2, 0) / SAMPLES;
  assert.ok(Math.abs(found[0]!.squared / squared - 1) < 0.02, `${found[0]!.squared}, not ${squared}`);
  assert.ok(found[0]!.decibels > plain.found[0]!.decibels + 3, `${found[0]!.decibels} of ${plain.found[0]!.decibels}`);
});

test('layers without a bias are rounded as ever', async () => {
  const [plain, others] = [
    await roundPart(part(layer), weights, [8], rounding, work),
    await roundPart(part(layer), weights, [8], { ...rounding, biases: new Set(['b.bias']) }, work),
  ];
  assert.equal(others.rounded, plain.rounded);
});

test('what GPTQ knows of a layer’s inputs is worked out once for both widths and all weights over them, and progress is told weight by weight', async () => {
  const wide = madeUp('wide', 12, 160);
  const read = { ...layer, keys: ['a.weight', 'b.weight'], columns: 160, gram: wide.gram, mean: new Float32Array(160) };
  const own: IntegerWeights = {
    ...weights,
    floats: async (key) => (key === 'a.weight' ? wide.weights : wide.weights.map((weight) => -(weight ** 2))),
  };
  const rounded = async (keys: readonly string[], bits: readonly (8 | 4)[]) => {
    let updates = 0;
    const told: string[] = [];
    // Cholesky's panels are of 64 columns, GPTQ's of 128.
    const matMul: MatMul = (a, b, m, k, n) => {
      if (k === 64) updates++;
      return plainMatMul(a, b, m, k, n);
    };
    const progress = (done: number, of: number): number => told.push(`${done} of ${of}`);
    const asked = part({ ...read, keys: [...keys] });
    const result = await roundPart(asked, own, bits, DEFAULT_ROUNDING, { ...work, matMul, progress });
    return { updates, told, rounded: result.rounded };
  };
  const together = await rounded(['a.weight', 'b.weight'], [8, 4]);
  const alone = [
    await rounded(['a.weight'], [8]),
    await rounded(['a.weight'], [4]),
    await rounded(['b.weight'], [8]),
    await rounded(['b.weight'], [4]),
  ];
  assert.is(together.updates, alone[0]!.updates);
  assert.ok(together.updates > 0);
  assert.equal(
    together.rounded,
    alone.flatMap((one) => one.rounded),
  );
  assert.equal(together.told, ['1 of 2', '2 of 2']);
});

test.run();
