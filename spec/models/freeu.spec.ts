/** UNets with FreeU, against diffusers, computed by ONNX Runtime whole and in segments, and by our own kernels; and what of the graph is left alone. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { fileSource } from '../../models/folder.node';
import { type FreeU, lowestFrequencies } from '../../models/graph/freeu';
import { planModel } from '../../models/planModel';
import { openSafetensors } from '../../models/safetensors';
import { networkOf } from '../../workers/backend/int8/assemble';
import { nodeThreads } from '../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../workers/backend/int8/int8Stage';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { checkpointModel } from '../../workers/model.checkpoint';
import { streamedStage } from '../../workers/streamed';
import type { Tensors } from '../../workers/tensor';
import { fromRoot } from '../root';
import { sqnr } from '../workers/backend/int8/network';
import { casesOf } from './networkCases';
import { randomModel } from './randomModel';
import { runStage, stageFile } from './runStage';

const freeu: FreeU = [1.5, 1.6, 0.9, 0.2];
const { signal } = new AbortController();
const threads = await nodeThreads({ threads: 1 });
const references = await openSafetensors(await fileSource(fromRoot('spec/vectors/networks-freeu.safetensors')));

/** Largest difference over largest value. */
function distance(got: Float32Array, expected: Float32Array): number {
  assert.is(got.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

for (const name of ['A', 'B'] as const) {
  const file = await openSafetensors(await fileSource(fromRoot(`spec/vectors/networks-${name}.safetensors`)));
  const checkpoint = await openDiffusersFolder(await randomModel(name));
  const unets = (await casesOf(file)).filter(({ stage }) => stage === 'unet');
  for (const [i, { title, size, inputs }] of unets.entries()) {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([input, value]) => [input, { type: 'float32' as const, ...value }]),
    ) as Tensors;

    test(`model ${name}: ${title}: diffusers' with FreeU, whole and in segments`, async () => {
      const bytes = await references.read(`${name}.${['square', 'odd', 'batch'][i]}`);
      const expected = new Float32Array(Uint8Array.from(bytes).buffer);
      const packed = await stageFile(checkpoint, 'unet', { ...size, freeu });
      const whole = await runStage(packed, inputs);
      assert.ok(distance(whole, expected) < 2e-5, `${distance(whole, expected)}`);
      const model = checkpointModel(checkpoint, planModel(checkpoint, 'exact'));
      const segments = await model.segments('unet', { ...size, freeu }, 3, signal);
      const streamed = await streamedStage(segments, nodeWasmBackend(), signal, { lean: true });
      const { noise } = await streamed.run(feeds);
      await streamed.close();
      assert.ok(distance(noise!.data as Float32Array, expected) < 2e-5);
    });

    test(`model ${name}: ${title}: our own kernels with FreeU compute what ONNX Runtime does`, async () => {
      const form = { integersFrom: Number.POSITIVE_INFINITY };
      const model = checkpointModel(checkpoint, planModel(checkpoint, 'int8'), undefined, form);
      const exact = await nodeWasmBackend().open(await model.file('unet', { ...size, freeu }, signal), signal);
      const { noise: expected } = await exact.run(feeds);
      await exact.close();
      const { network, weights } = await model.file('unet', { ...size, freeu }, signal);
      const described = { ...networkOf(network!), precise: () => true };
      const here = await openInt8Stage(described, weights, threads, signal);
      const { noise } = await here.run(feeds);
      await here.close();
      const quality = sqnr(noise!.data as Float32Array, expected!.data as Float32Array);
      assert.ok(quality > 55, `${quality.toFixed(1)} dB`);
    });
  }

  test(`model ${name}: by 1, 1, 1, 1 the graph is byte for byte that without FreeU`, async () => {
    const size = { batch: 1, height: 8, width: 8 };
    const { graph } = await stageFile(checkpoint, 'unet', size);
    assert.equal((await stageFile(checkpoint, 'unet', { ...size, freeu: [1, 1, 1, 1] })).graph, graph);
    assert.not.equal((await stageFile(checkpoint, 'unet', { ...size, freeu: [1, 1, 1, 0.9] })).graph, graph);
  });
}

test('the lowest frequencies take out all of a plain picture, and nothing of one that changes from pixel to pixel', () => {
  for (const [height, width] of [
    [1, 1],
    [1, 6],
    [5, 8],
  ] as const) {
    const functions = lowestFrequencies(height, width);
    assert.is(functions.length, height === 1 ? (width === 1 ? 1 : 3) : 7);
    const pixels = height * width;
    const low = (x: readonly number[]): number[] =>
      x.map((_, at) =>
        functions.reduce((sum, f) => sum + (f[at]! * f.reduce((dot, value, i) => dot + value * x[i]!, 0)) / pixels, 0),
      );
    const near = (got: readonly number[], expected: number): void =>
      assert.ok(
        got.every((value) => Math.abs(value - expected) < 1e-6),
        `${got}`,
      );
    near(low(Array<number>(pixels).fill(3)), 3);
    // Half a turn a pixel across, of an even width.
    if (width > 2) near(low(Array.from({ length: pixels }, (_, i) => ((i % width) % 2 === 0 ? 1 : -1))), 0);
  }
});

test.run();
