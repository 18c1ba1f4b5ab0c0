/**
 * A picture's first steps are computed with care: the demo model's UNet in words that hold what bytes hold, against ONNX Runtime over the
 * same weights in float32. Bytes themselves, and what they leave, are held against single numbers in Chromium (spec/browser/kernels.spec.ts).
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../../models/checkpoint';
import { diskFolder } from '../../../../models/folder.node';
import { planModel } from '../../../../models/planModel';
import { FIRST_TIMESTEP, networkOf } from '../../../../workers/backend/int8/assemble';
import { openInt8Stage } from '../../../../workers/backend/int8/int8Stage';
import { wordsOf } from '../../../../workers/backend/int8/numbers';
import { nodeWasmBackend } from '../../../../workers/backend/ort.node';
import { checkpointModel } from '../../../../workers/model.checkpoint';
import type { Tensors } from '../../../../workers/tensor';
import { fromRoot } from '../../../root';
import { input, sqnr } from './network';
import { oneThread } from './oneThread';

const { signal } = new AbortController();
const checkpoint = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const model = checkpointModel(checkpoint, planModel(checkpoint, 'int8'), undefined, {
  integersFrom: Number.POSITIVE_INFINITY,
});
const size = { batch: 1, height: 16, width: 16 } as const;
const inputs = (timestep: number): Tensors => ({
  sample: input([1, 4, 16, 16], 3, 1.7),
  timestep: { type: 'float32', shape: [1], data: Float32Array.of(timestep) },
  encoder_hidden_states: input([1, 77, checkpoint.description.unet.crossAttentionDim], 5, 1.7),
});

test('at timestep 830 and above the noise is several decibels nearer to the exact one', async () => {
  const file = await model.file('unet', size, signal);
  const exact = await nodeWasmBackend().open(file, signal);
  const here = await openInt8Stage(
    networkOf(file.network!),
    file.weights,
    await oneThread('words', wordsOf(255)),
    signal,
  );
  const quality = async (timestep: number): Promise<number> => {
    const [found, expected] = [await here.run(inputs(timestep)), await exact.run(inputs(timestep))];
    const [name] = Object.keys(expected);
    return sqnr(found[name!]!.data, expected[name!]!.data as Float32Array);
  };
  // There and back: neither program disturbs the other.
  const [before, first, after] = [
    await quality(FIRST_TIMESTEP - 1),
    await quality(FIRST_TIMESTEP),
    await quality(FIRST_TIMESTEP - 1),
  ];
  await exact.close();
  await here.close();
  assert.is(FIRST_TIMESTEP, 830);
  assert.is(after, before);
  assert.ok(before > 30, `${before.toFixed(1)} dB`);
  assert.ok(first > before + 4, `${first.toFixed(1)} dB after ${before.toFixed(1)}`);
});

test.run();
