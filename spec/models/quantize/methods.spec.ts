/** What holds for every method, the search of scales, the bias, and arguments that do not fit. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../models/errors';
import { adaround } from '../../../models/quantize/methods/adaround';
import { biasCorrection } from '../../../models/quantize/methods/biasCorrection';
import { coordinateDescent } from '../../../models/quantize/methods/coordinateDescent';
import { outputError } from '../../../models/quantize/methods/error';
import { gptq } from '../../../models/quantize/methods/gptq';
import { checkLayer, type Layer, type Rounded } from '../../../models/quantize/methods/layer';
import { nearest } from '../../../models/quantize/methods/nearest';
import { searchScales } from '../../../models/quantize/methods/searchScales';
import type { Work } from '../../../models/quantize/methods/work';
import { uniform } from '../randomModel';
import { inputs, layerOver, madeUp, quietly } from './roundingLayers';

const METHODS: Readonly<Record<string, (layer: Layer, from: Rounded, work: Work) => Promise<Rounded>>> = {
  searchScales,
  gptq,
  coordinateDescent: (layer, from, work) => coordinateDescent(layer, from, 3, work),
  adaround: (layer, from, work) => adaround(layer, from, 100, work),
};

for (const [name, method] of Object.entries(METHODS)) {
  test(`${name}: on the grid, from its start's scales or finer ones, and the start stays as it was`, async () => {
    const layer = madeUp('grid', 10, 64);
    for (const grid of [
      { most: 127, block: 64 },
      { most: 7, block: 32 },
    ]) {
      const start = nearest(layer, grid);
      const [values, scales] = [start.values.slice(), start.scales.slice()];
      const rounded = await method(layer, start, quietly());
      assert.ok(rounded.values.every((value) => Math.abs(value) <= grid.most));
      assert.is(rounded.values.length, layer.weights.length);
      assert.ok(rounded.scales.every((scale, i) => scale <= scales[i]! && scale > 0));
      if (name !== 'searchScales') assert.equal(rounded.scales, scales);
      assert.equal(start, { values, scales, most: grid.most });
      const [before, after] = [
        await outputError(layer, start, quietly()),
        await outputError(layer, rounded, quietly()),
      ];
      if (name !== 'searchScales') assert.ok(after.squared < before.squared, `${after.squared}`);
    }
  });

  test(`${name}: aborted it throws, and before that it tells how far it is up to all of it`, async () => {
    const layer = madeUp('told', 10, 64);
    const start = nearest(layer, { most: 127, block: 64 });
    const told: number[] = [];
    const work = { ...quietly(), progress: (done: number, of: number) => void told.push(done / of) };
    await method(layer, start, work);
    assert.is(told.at(-1), 1);
    assert.equal(
      told,
      told.slice().sort((a, b) => a - b),
    );
    const error = await method(layer, start, { ...work, signal: AbortSignal.abort() }).catch((thrown) => thrown);
    assert.is(error.name, 'AbortError');
  });
}

test('searched scales have the least error of independent inputs among those tried, none worse than the whole', async () => {
  const loud = uniform('loud', 64, 1, 0.6);
  const gram = new Float32Array(64 * 64);
  for (const [i, value] of loud.entries()) gram[i * 65] = value;
  const layer = { ...madeUp('scales', 20, 64), gram: [gram] };
  const start = nearest(layer, { most: 7, block: 32 });
  const found = await searchScales(layer, start, quietly());
  for (let run = 0; run < found.scales.length; run++) {
    const error = (scale: number): number => {
      let sum = 0;
      for (let i = run * 32; i < (run + 1) * 32; i++) {
        const value = Math.min(7, Math.max(-7, Math.round(layer.weights[i]! / scale)));
        sum += loud[i % 64]! * (scale * value - layer.weights[i]!) ** 2;
      }
      return sum;
    };
    for (let share = 0; share <= 20; share++) {
      const other = error(Math.fround(start.scales[run]! * (1 - share / 40)));
      assert.ok(error(found.scales[run]!) <= other * (1 + 1e-9), `${run} ${share}`);
    }
  }
  const squared = async (rounded: Rounded) => (await outputError(layer, rounded, quietly())).squared;
  assert.ok((await squared(found)) < 0.97 * (await squared(start)));
});

test('with its correction the bias keeps the mean of the output', () => {
  const [rows, columns, samples] = [6, 40, 100];
  const x = inputs('mean', samples, columns);
  const weights = uniform('mean/weights', rows * columns, 1, 0);
  const rounded = nearest(layerOver(weights, rows, x), { most: 7, block: 20 });
  const mean = Float32Array.from({ length: columns }, (_, c) => {
    let sum = 0;
    for (let s = 0; s < samples; s++) sum += x[s * columns + c]!;
    return sum / samples;
  });
  const correction = biasCorrection({ weights, rows, columns }, rounded, mean);
  for (let row = 0; row < rows; row++) {
    let [exact, got] = [0, 0];
    for (let s = 0; s < samples; s++)
      for (let c = 0; c < columns; c++) {
        const at = row * columns + c;
        exact += weights[at]! * x[s * columns + c]!;
        got += rounded.scales[Math.floor(at / 20)]! * rounded.values[at]! * x[s * columns + c]!;
      }
    assert.ok(Math.abs(got - exact) / samples > 1e-3);
    assert.ok(Math.abs(got / samples + correction[row]! - exact / samples) < 1e-5, `row ${row}`);
  }
});

test('what does not fit together is told', () => {
  const layer = madeUp('fit', 4, 32);
  const gram = layer.gram[0]!;
  const infinite = gram.map((h, i) => (i === 5 ? Number.POSITIVE_INFINITY : h));
  for (const [argument, some] of [
    ['weights', { ...layer, rows: 5 }],
    ['gram', { ...layer, gram: [] }],
    ['gram', { ...layer, gram: [gram, gram] }],
    ['gram', { ...layer, gram: [gram.slice(1)] }],
    ['gram', { ...layer, gram: [infinite] }],
    ['cross', { ...layer, cross: [new Float32Array(16 * 16), new Float32Array(16 * 16)] }],
    ['cross', { ...layer, cross: [gram.map(() => Number.NaN)] }],
  ] as const) {
    assert.throws(
      () => checkLayer(some),
      (error: CodedError) => error.code === 'bad-argument' && error.argument === argument,
    );
  }
  for (const grid of [
    { most: 128, block: 32 },
    { most: 0, block: 32 },
    { most: 7, block: 5 },
    { most: 7, block: 0 },
  ])
    assert.throws(
      () => nearest(layer, grid),
      (error: CodedError) => error.code === 'bad-argument',
    );
});

for (const [name, method] of Object.entries({ ...METHODS, outputError })) {
  test(`${name}: a start of another layer is told`, async () => {
    const layer = madeUp('fit', 4, 32);
    const start = nearest(layer, { most: 7, block: 32 });
    for (const [argument, from] of [
      ['values', nearest(madeUp('other', 4, 16), { most: 7, block: 16 })],
      ['scales', { ...start, scales: new Float32Array(3) }],
      ['scales', { ...start, scales: new Float32Array(0) }],
    ] as const) {
      const error = await method(layer, from, quietly()).catch((thrown: CodedError) => thrown);
      assert.instance(error, CodedError);
      assert.is((error as CodedError).argument, argument);
    }
  });
}

test('weights that are no finite numbers are told with their row', () => {
  const layer = madeUp('broken', 4, 32);
  const weights = layer.weights.map((weight, i) => (i === 70 ? Number.NaN : weight));
  assert.throws(() => nearest({ ...layer, weights }, { most: 7, block: 32 }), /bad-model: weights: .* row 2/);
});

test.run();
