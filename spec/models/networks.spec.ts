/**
 * Each network of the random models, run by ONNX Runtime Web, against diffusers and transformers in float32: square and
 * odd sizes, batch 1 and 2, whole and fractional timesteps; and against itself with the runtime's optimizer off, which
 * has miscompiled graphs in silence before.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Checkpoint, openDiffusersFolder } from '../../models/checkpoint';
import { fileSource } from '../../models/folder.node';
import { openSafetensors } from '../../models/safetensors';
import { fromRoot } from '../root';
import { casesOf } from './networkCases';
import { RANDOM_MODELS, randomModel } from './randomModel';
import { runStage, stageFile } from './runStage';

/** Of the largest value. Float32 sums in another order differ by 4e-6 here at most. */
const TOLERANCE = 2e-5;

/** Largest difference over largest value. */
function distance(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.is(got.length, expected.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / largest;
}

for (const name of RANDOM_MODELS) {
  const file = await openSafetensors(await fileSource(fromRoot(`spec/vectors/networks-${name}.safetensors`)));
  const checkpoint: Checkpoint = await openDiffusersFolder(await randomModel(name));
  for (const { title, stage, size, inputs, expected } of await casesOf(file)) {
    test(`model ${name}: ${title}: as the reference, optimized or not`, async () => {
      const packed = await stageFile(checkpoint, stage, size);
      const optimized = await runStage(packed, inputs, 'all');
      const plain = await runStage(packed, inputs, 'disabled');
      const [toReference, toPlain] = [distance(optimized, expected.data), distance(optimized, plain)];
      assert.ok(toReference < TOLERANCE, `optimized against the reference: ${toReference}`);
      assert.ok(toPlain < TOLERANCE, `optimized against not: ${toPlain}`);
    });
  }
}

test.run();
