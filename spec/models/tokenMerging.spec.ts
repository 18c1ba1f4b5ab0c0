/** UNets with merged tokens, against tomesd, computed by ONNX Runtime whole and in segments, and by our own kernels; which tokens are joined; and what of the graph is left alone. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { fileSource } from '../../models/folder.node';
import { MOST_MERGED, partitioned } from '../../models/graph/tokenMerging';
import { planModel } from '../../models/planModel';
import { median } from '../../models/quantize/report/numbers';
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

const { signal } = new AbortController();
const threads = await nodeThreads({ threads: 1 });
const references = await openSafetensors(await fileSource(fromRoot('spec/vectors/networks-merged.safetensors')));

/** Largest difference over largest value. */
function distance(got: Float32Array, expected: Float32Array): number {
  assert.is(got.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

const file = await openSafetensors(await fileSource(fromRoot('spec/vectors/networks-A.safetensors')));
const checkpoint = await openDiffusersFolder(await randomModel('A'));
const unets = (await casesOf(file)).filter(({ stage }) => stage === 'unet');
const RATIOS = [0.5, 0.75];
const feedsOf = (inputs: (typeof unets)[number]['inputs']): Tensors =>
  Object.fromEntries(Object.entries(inputs).map(([input, value]) => [input, { type: 'float32', ...value }])) as Tensors;

for (const tokenMergingRatio of RATIOS) {
  for (const [i, { title, size: plain, inputs }] of unets.entries()) {
    const size = { ...plain, tokenMergingRatio };
    test(`${title}: tomesd's with ${tokenMergingRatio} merged, whole and in segments`, async () => {
      const bytes = await references.read(`${['square', 'odd', 'batch'][i]}.${tokenMergingRatio}`);
      const expected = new Float32Array(Uint8Array.from(bytes).buffer);
      const whole = await runStage(await stageFile(checkpoint, 'unet', size), inputs);
      assert.ok(distance(whole, expected) < 2e-5, `${distance(whole, expected)}`);
      const model = checkpointModel(checkpoint, planModel(checkpoint, 'exact'));
      const segments = await model.segments('unet', size, 3, signal);
      const streamed = await streamedStage(segments, nodeWasmBackend(), signal, { lean: true });
      const { noise } = await streamed.run(feedsOf(inputs));
      await streamed.close();
      assert.ok(distance(noise!.data as Float32Array, expected) < 2e-5);
    });
  }
}

test('our own kernels merge what ONNX Runtime does, but where two tokens are as like as int8 weights can tell', async () => {
  const form = { integersFrom: Number.POSITIVE_INFINITY };
  const model = checkpointModel(checkpoint, planModel(checkpoint, 'int8'), undefined, form);
  const qualities: number[] = [];
  for (const tokenMergingRatio of RATIOS) {
    for (const { size: plain, inputs } of unets) {
      const size = { ...plain, tokenMergingRatio };
      const exact = await nodeWasmBackend().open(await model.file('unet', size, signal), signal);
      const { noise: expected } = await exact.run(feedsOf(inputs));
      await exact.close();
      const { network, weights } = await model.file('unet', size, signal);
      const described = { ...networkOf(network!), precise: () => true };
      const here = await openInt8Stage(described, weights, threads, signal);
      const { noise } = await here.run(feedsOf(inputs));
      await here.close();
      qualities.push(sqnr(noise!.data as Float32Array, expected!.data as Float32Array));
    }
  }
  // One token that falls to another costs half of the decibels; in most there is none.
  assert.ok(median(qualities) > 55 && Math.min(...qualities) > 25, qualities.map((each) => each.toFixed(1)).join(', '));
});

test('where nothing is merged, or the finest level attends to nothing, the graph is byte for byte the plain one', async () => {
  const size = { batch: 1, height: 8, width: 8 };
  const graphOf = async (name: 'A' | 'B', tokenMergingRatio?: number): Promise<Uint8Array> => {
    const opened = name === 'A' ? checkpoint : await openDiffusersFolder(await randomModel('B'));
    return (
      await stageFile(opened, 'unet', { ...size, ...(tokenMergingRatio === undefined ? {} : { tokenMergingRatio }) })
    ).graph;
  };
  assert.equal(await graphOf('A', 0), await graphOf('A'));
  assert.not.equal(await graphOf('A', 0.5), await graphOf('A'));
  assert.equal(await graphOf('B', 0.5), await graphOf('B'));
});

test('the first of every two by two is a destination, and what is beyond the last of them a source', () => {
  const { sources, destinations, merged } = partitioned(3, 5, 0.5);
  assert.equal(destinations, [0, 2]);
  assert.is(sources.length, 13);
  // Of 15 tokens half, rounded down.
  assert.is(merged, 7);
  assert.is(partitioned(4, 4, MOST_MERGED).merged, 12);
  // No two by two, nobody to be joined to.
  assert.is(partitioned(1, 9, 0.5).merged, 0);
});

test.run();
