/** GPTQ against its paper's algorithm in numpy, and its laws. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plainMatMul } from '../../../models/quantize/matrix/matMul';
import { centered } from '../../../models/quantize/methods/centered';
import { outputError } from '../../../models/quantize/methods/error';
import { gptq } from '../../../models/quantize/methods/gptq';
import type { Layer } from '../../../models/quantize/methods/layer';
import { nearest } from '../../../models/quantize/methods/nearest';
import { fromRoot } from '../../root';
import { inputs, madeUp, moments, quietly } from './roundingLayers';

interface Case {
  readonly most: number;
  readonly block: number;
  readonly squared: number;
  readonly values: string;
}

const cases = JSON.parse(await readFile(fromRoot('spec/vectors/gptq.json'), 'utf8')) as Case[];

const identity = (n: number): Float32Array =>
  Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

for (const { most, block, squared, values } of cases) {
  test(`±${most}, a scale for ${block} columns: the integers of the paper's algorithm`, async () => {
    const layer = madeUp('gptq', 64, 160);
    const rounded = await gptq(layer, nearest(layer, { most, block }), quietly());
    const expected = new Int8Array(Buffer.from(values, 'base64'));
    const other = rounded.values.filter((value, i) => value !== expected[i]).length;
    // A tie that single precision decides otherwise moves what follows it in its row.
    assert.ok(other <= 64, `${other} of ${expected.length} differ`);
    const error = await outputError(layer, rounded, quietly());
    assert.ok(Math.abs(error.squared / squared - 1) < 1e-4, `${error.squared} against ${squared}`);
  });
}

test('over inputs that are independent and alike it is to nearest', async () => {
  const layer = { ...madeUp('plain', 20, 160), gram: [identity(160)] };
  for (const grid of [
    { most: 127, block: 160 },
    { most: 7, block: 32 },
  ]) {
    const start = nearest(layer, grid);
    assert.equal(await gptq(layer, start, quietly()), start);
  }
});

test('columns keep their places: permuted with their inputs, they have the same integers', async () => {
  const layer = madeUp('order', 16, 200);
  const { rows, columns, weights, gram } = layer;
  const from = Array.from({ length: columns }, (_, i) => (i * 77) % columns);
  const moved: Layer = {
    ...layer,
    weights: weights.map((_, i) => weights[Math.floor(i / columns) * columns + from[i % columns]!]!),
    gram: [gram[0]!.map((_, i) => gram[0]![from[Math.floor(i / columns)]! * columns + from[i % columns]!]!)],
  };
  const grid = { most: 127, block: columns };
  const plain = await gptq(layer, nearest(layer, grid), quietly());
  const turned = await gptq(moved, nearest(moved, grid), quietly());
  for (let i = 0; i < rows * columns; i++) {
    assert.is(turned.values[i], plain.values[Math.floor(i / columns) * columns + from[i % columns]!], `${i}`);
  }
});

test('inputs that are always zero change nothing for the others, and round to nearest', async () => {
  const layer = madeUp('dead', 8, 64);
  const dead = [3, 40, 63];
  const gram = [layer.gram[0]!.map((h, i) => (dead.includes(i % 64) || dead.includes(Math.floor(i / 64)) ? 0 : h))];
  const start = nearest(layer, { most: 127, block: 64 });
  const rounded = await gptq({ ...layer, gram }, start, quietly());
  for (let row = 0; row < 8; row++)
    for (const column of dead) assert.is(rounded.values[row * 64 + column], start.values[row * 64 + column]);
  const silent = await gptq({ ...layer, gram: [new Float32Array(64 * 64)] }, start, quietly());
  assert.equal(silent, start);
});

test('fewer samples than columns are enough: it rounds better than to nearest', async () => {
  const layer = madeUp('few', 24, 300, 40);
  const start = nearest(layer, { most: 127, block: 300 });
  const better = await outputError(layer, await gptq(layer, start, quietly()), quietly());
  assert.ok(better.squared < 0.1 * (await outputError(layer, start, quietly())).squared, `${better.squared}`);
});

test('many rows and columns: as each row by itself', async () => {
  const layer = madeUp('tall', 1100, 150, 200);
  const start = nearest(layer, { most: 7, block: 150 });
  const whole = await gptq(layer, start, quietly());
  for (const row of [0, 1023, 1024, 1099]) {
    const one = { ...layer, rows: 1, weights: layer.weights.slice(row * 150, (row + 1) * 150) };
    const alone = await gptq(one, nearest(one, { most: 7, block: 150 }), quietly());
    assert.equal(alone.values, whole.values.slice(row * 150, (row + 1) * 150), `row ${row}`);
  }
});

test('stops before the next panel once aborted, and tells how far it is', async () => {
  const layer = madeUp('stopped', 4, 300);
  const start = nearest(layer, { most: 127, block: 300 });
  const controller = new AbortController();
  const told: number[][] = [];
  const progress = (done: number, of: number): void => {
    told.push([done, of]);
    if (done > 300) controller.abort();
  };
  let thrown: unknown;
  await gptq(layer, start, { matMul: plainMatMul, signal: controller.signal, progress }).catch((error) => {
    thrown = error;
  });
  assert.is((thrown as Error).name, 'AbortError');
  // Cholesky's panels are 64 columns wide, those that are rounded 128.
  assert.equal(
    told,
    [64, 128, 192, 256, 300, 428].map((done) => [done, 600]),
  );
});

test('inputs that never vary leave a layer whose bias takes their mean back nothing to go wrong by', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const { weights } = madeUp(`still ${seed}`, 8, 320, 8);
    const [one] = [inputs(`still ${seed}`, 1, 320)];
    const gram = moments(one!, 320);
    // As float32 sums are: off by their last digits, either way.
    const off = gram.map((value, i) => Math.fround(value * (1 + ((i * 7919 + seed) % 3 === 0 ? 6e-8 : -6e-8))));
    const still = { weights, rows: 8, columns: 320, gram: centered([off], one!) };
    const rounded = await gptq(still, nearest(still, { most: 127, block: 320 }), quietly());
    assert.ok(rounded.values.some((value) => value !== 0));
  }
});

test.run();
