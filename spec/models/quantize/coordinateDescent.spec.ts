/** Descent on the integers: its laws, and all methods against every choice there is. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adaround } from '../../../models/quantize/methods/adaround';
import { coordinateDescent } from '../../../models/quantize/methods/coordinateDescent';
import { outputError } from '../../../models/quantize/methods/error';
import { gptq } from '../../../models/quantize/methods/gptq';
import type { Layer, Rounded } from '../../../models/quantize/methods/layer';
import { nearest } from '../../../models/quantize/methods/nearest';
import { uniform } from '../randomModel';
import { inputs, madeUp, moments, quietly } from './roundingLayers';

/** tr((s q - w) H (s q - w)ᵀ) of a layer of one block, in double precision. */
function squared({ weights, rows, columns, gram }: Layer, { values, scales }: Rounded): number {
  const group = values.length / scales.length;
  const error = Array.from(weights, (weight, i) => scales[Math.floor(i / group)]! * values[i]! - weight);
  let sum = 0;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < columns; j++)
        sum += error[row * columns + i]! * gram[0]![i * columns + j]! * error[row * columns + j]!;
  return sum;
}

const GRIDS = [
  { most: 127, block: 64 },
  { most: 7, block: 32 },
];

test('the error never grows, sweep by sweep, whatever it begins with', async () => {
  const layer = madeUp('descent', 12, 64);
  for (const grid of GRIDS) {
    const start = nearest(layer, grid);
    const random = { ...start, values: Int8Array.from(uniform('start', 12 * 64, 2 * grid.most, 0)) };
    for (const from of [start, await gptq(layer, start, quietly()), random]) {
      let last = squared(layer, from);
      for (const sweeps of [1, 2, 3, 10]) {
        const error = squared(layer, await coordinateDescent(layer, from, sweeps, quietly()));
        assert.ok(error <= last * (1 + 1e-6), `${error} after ${last}`);
        last = error;
      }
      assert.ok(from !== start || last < squared(layer, start) / 2, `${last}`);
      assert.ok((await coordinateDescent(layer, from, 10, quietly())).values.every((q) => Math.abs(q) <= grid.most));
    }
  }
});

test('where it stays, no change of a single integer helps', async () => {
  const layer = madeUp('fixed', 3, 24);
  for (const most of [127, 7]) {
    const start = nearest(layer, { most, block: 24 });
    const settled = await coordinateDescent(layer, start, 1000, quietly());
    assert.equal(await coordinateDescent(layer, settled, 1, quietly()), settled);
    const least = squared(layer, settled);
    for (let place = 0; place < settled.values.length; place++) {
      for (let value = -most; value <= most; value++) {
        const values = settled.values.slice();
        values[place] = value;
        assert.ok(squared(layer, { ...settled, values }) >= least * (1 - 1e-5), `${place}: ${value}`);
      }
    }
  }
});

/** The least error of any integers in ±2, of one row of six. */
function exhaustive(layer: Layer, start: Rounded): number {
  let least = Number.POSITIVE_INFINITY;
  for (let choice = 0; choice < 5 ** 6; choice++) {
    const values = start.values.map((_, i) => (Math.floor(choice / 5 ** i) % 5) - 2);
    least = Math.min(least, squared(layer, { ...start, values }));
  }
  return least;
}

test('no method beats all choices there are, and those that look at the inputs come near', async () => {
  const sums = { least: 0, nearest: 0, gptq: 0, descent: 0, adaround: 0 };
  for (let seed = 0; seed < 20; seed++) {
    const layer = madeUp(`tiny ${seed}`, 1, 6, 30);
    const start = nearest(layer, { most: 2, block: 6 });
    const greedy = await gptq(layer, start, quietly());
    const found = {
      nearest: start,
      gptq: greedy,
      descent: await coordinateDescent(layer, greedy, 20, quietly()),
      adaround: await adaround(layer, start, 200, quietly()),
    };
    const least = exhaustive(layer, start);
    sums.least += least;
    for (const [name, rounded] of Object.entries(found)) {
      const error = squared(layer, rounded);
      assert.ok(error >= least * (1 - 1e-9), `${name} ${seed}`);
      sums[name as keyof typeof found] += error;
    }
  }
  assert.ok(sums.descent <= sums.gptq && sums.gptq < 1.03 * sums.least, JSON.stringify(sums));
  assert.ok(sums.descent < 1.01 * sums.least, JSON.stringify(sums));
  assert.ok(sums.adaround < sums.nearest, JSON.stringify(sums));
});

test('blocks of a diagonal are as one matrix with zeros between them, for every method', async () => {
  const [a, b] = [madeUp('left', 6, 64), madeUp('right', 6, 32)];
  const weights = uniform('both/weights', 6 * 96, 1, 0);
  const whole = new Float32Array(96 * 96);
  for (let i = 0; i < 64; i++) whole.set(a.gram[0]!.subarray(i * 64, (i + 1) * 64), i * 96);
  for (let i = 0; i < 32; i++) whole.set(b.gram[0]!.subarray(i * 32, (i + 1) * 32), (64 + i) * 96 + 64);
  const one: Layer = { weights, rows: 6, columns: 96, gram: [whole] };
  const two: Layer = { ...one, gram: [a.gram[0]!, b.gram[0]!] };
  const start = nearest(one, { most: 127, block: 96 });
  assert.equal(await coordinateDescent(two, start, 5, quietly()), await coordinateDescent(one, start, 5, quietly()));
  const [error, other] = [await outputError(one, start, quietly()), await outputError(two, start, quietly())];
  assert.ok(Math.abs(error.squared / other.squared - 1) < 1e-6);
  assert.ok(Math.abs(error.decibels - other.decibels) < 1e-5);
  assert.ok(Math.abs(error.squared / squared(one, start) - 1) < 1e-6);
  // The damping of GPTQ is a share of the mean diagonal of its block: alike where the blocks' means are.
  const trace = (h: Float32Array, n: number) => h.reduce((sum, value, i) => (i % (n + 1) ? sum : sum + value), 0) / n;
  const ratio = trace(a.gram[0]!, 64) / trace(b.gram[0]!, 32);
  const even: Layer = { ...one, gram: [a.gram[0]!, b.gram[0]!.map((h) => h * ratio)] };
  const joined = whole.map((h, i) => (Math.floor(i / 96) >= 64 ? h * ratio : h));
  assert.equal(await gptq({ ...one, gram: [joined] }, start, quietly()), await gptq(even, start, quietly()));
  assert.equal(await adaround(one, start, 20, quietly()), await adaround(two, start, 20, quietly()));
});

test('with inputs that rounding moved, the output comes nearer to the exact one over the exact inputs', async () => {
  const [rows, columns, samples] = [16, 48, 400];
  const exact = inputs('moved', samples, columns);
  const off = uniform('moved/off', samples * columns, 0.3, 0.05);
  const moved = exact.map((value, i) => value * 0.97 + off[i]!);
  const weights = uniform('moved/weights', rows * columns, 1, 0);
  const layer: Layer = { weights, rows, columns, gram: [moments(moved, columns)] };
  const cross = [moments(moved, columns, exact)];
  const start = nearest(layer, { most: 7, block: columns });
  const distance = ({ values, scales }: Rounded): number => {
    let sum = 0;
    for (let sample = 0; sample < samples; sample++)
      for (let row = 0; row < rows; row++) {
        let difference = 0;
        for (let c = 0; c < columns; c++) {
          const [at, x] = [row * columns + c, sample * columns + c];
          difference += scales[row]! * values[at]! * moved[x]! - weights[at]! * exact[x]!;
        }
        sum += difference ** 2;
      }
    return sum / samples;
  };
  for (const method of [
    (some: Layer) => coordinateDescent(some, start, 50, quietly()),
    (some: Layer) => adaround(some, start, 300, quietly()),
  ]) {
    const [blind, seeing] = [distance(await method(layer)), distance(await method({ ...layer, cross }))];
    assert.ok(seeing < 0.8 * blind, `${seeing} against ${blind}`);
  }
});

test.run();
