/** AdaRound on second moments: against AIMET's on samples, and its laws. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adam } from '../../../models/quantize/methods/adam';
import { adaround } from '../../../models/quantize/methods/adaround';
import { outputError } from '../../../models/quantize/methods/error';
import type { Rounded } from '../../../models/quantize/methods/layer';
import { nearest } from '../../../models/quantize/methods/nearest';
import { annealing, pull, softness, softStart } from '../../../models/quantize/methods/rectifiedSigmoid';
import { fromRoot } from '../../root';
import { kernels, linear, madeUp, quietly } from './roundingLayers';

interface Case {
  readonly layer: 'linear' | 'kernels';
  readonly bits: 8 | 4;
  /** Decibels of AIMET's integers, and of integers to nearest. */
  readonly sqnr: number;
  readonly nearest: number;
  /** AIMET's, in base64. */
  readonly scales: string;
  readonly values: string;
}

const LAYERS = { linear, kernels };
const cases = JSON.parse(await readFile(fromRoot('spec/vectors/adaround.json'), 'utf8')) as Case[];
const bytes = (base64: string): ArrayBuffer => new Uint8Array(Buffer.from(base64, 'base64')).buffer;

for (const { layer: name, bits, sqnr, nearest: plain, scales, values } of cases) {
  test(`${name}, ${bits} bits: within 0.5 dB of AIMET at its 10,000 iterations with 1,000`, async () => {
    const layer = await LAYERS[name]();
    const most = 2 ** (bits - 1) - 1;
    const theirs = { values: new Int8Array(bytes(values)), scales: new Float32Array(bytes(scales)), most };
    const decibels = async (rounded: Rounded) => (await outputError(layer, rounded, quietly())).decibels;
    // Both languages mean the same layer and the same error.
    assert.ok(Math.abs((await decibels(theirs)) - sqnr) < 0.01);
    assert.ok(Math.abs((await decibels(nearest(layer, { most, block: layer.columns }))) - plain) < 0.05);
    const ours = await decibels(await adaround(layer, theirs, 1000, quietly()));
    assert.ok(ours > sqnr - 0.5, `${ours} dB against ${sqnr}`);
  });
}

test('without iterations it is to nearest', async () => {
  const layer = madeUp('still', 12, 64);
  for (const grid of [
    { most: 127, block: 64 },
    { most: 7, block: 32 },
  ]) {
    const start = nearest(layer, grid);
    assert.equal(await adaround(layer, start, 0, quietly()), start);
  }
});

test('down an even slope, however steep, every step of Adam is its rate', () => {
  const parameters = Float32Array.of(1, 1, 1);
  const optimizer = adam(parameters, 0.01);
  for (let step = 1; step <= 50; step++) {
    optimizer.step(Float32Array.of(1e-3, -40, 0));
    for (const [i, way] of [-1, 1, 0].entries())
      assert.ok(Math.abs(parameters[i]! - (1 + way * 0.01 * step)) < 2e-5, `${step}: ${parameters[i]}`);
  }
});

test('h(v) undoes its start, and the pull on v is the slope of the loss', () => {
  for (const h of [0, 0.1, 0.5, 0.77, 1]) assert.ok(Math.abs(softness(softStart(h)) - h) < 1e-12);
  assert.ok(Math.abs(softStart(0.5)) < 1e-12);
  const loss = (v: number, beta: number) => 3 * softness(v) + 0.01 * (1 - Math.abs(2 * softness(v) - 1) ** beta);
  for (const beta of [20, 2, 5.5]) {
    for (const v of [-2.2, -0.6, 0.3, 1.9]) {
      const slope = (loss(v + 1e-5, beta) - loss(v - 1e-5, beta)) / 2e-5;
      assert.ok(Math.abs(pull(v, 3, beta) - slope) < 1e-6, `${beta} ${v}: ${slope}`);
    }
  }
  assert.is(pull(3, 3, 2), 0);
});

test('β goes from 20 to 2 along a cosine once a fifth of the iterations is done', () => {
  assert.is(annealing(199, 1000), undefined);
  assert.is(annealing(200, 1000), 20);
  assert.ok(Math.abs(annealing(600, 1000)! - 11) < 1e-9);
  assert.ok(annealing(999, 1000)! < 2.001);
});

test.run();
