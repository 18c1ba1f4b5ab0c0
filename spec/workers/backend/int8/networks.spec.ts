/**
 * Whole networks on the kernels. With activations as good as in 15 bits they give what ONNX Runtime computes over the same
 * int8 weights in float32, so nothing but rounding tells the two apart; as they are used, what diffusers computes, less
 * what eight bits cost.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../../models/checkpoint';
import { fileSource } from '../../../../models/folder.node';
import { planModel } from '../../../../models/planModel';
import { openSafetensors } from '../../../../models/safetensors';
import { networkOf } from '../../../../workers/backend/int8/assemble';
import { nodeThreads } from '../../../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../../../workers/backend/int8/int8Stage';
import { wordsOf } from '../../../../workers/backend/int8/numbers';
import type { Threads } from '../../../../workers/backend/int8/threads';
import { nodeWasmBackend } from '../../../../workers/backend/ort.node';
import { checkpointModel } from '../../../../workers/model.checkpoint';
import type { Tensors } from '../../../../workers/tensor';
import { casesOf } from '../../../models/networkCases';
import { RANDOM_MODELS, randomModel } from '../../../models/randomModel';
import { fromRoot } from '../../../root';
import { sqnr } from './network';
import { oneThread } from './oneThread';

const threads = await nodeThreads({ threads: 1 });
/** What bytes lose, wherever it is run. */
const bytes = await oneThread('words', wordsOf(255));
const ort = nodeWasmBackend();
const signal = new AbortController().signal;

for (const name of RANDOM_MODELS) {
  const file = await openSafetensors(await fileSource(fromRoot(`spec/vectors/networks-${name}.safetensors`)));
  const checkpoint = await openDiffusersFolder(await randomModel(name));
  const model = checkpointModel(checkpoint, planModel(checkpoint, 'int8'), undefined, {
    integersFrom: Number.POSITIVE_INFINITY,
  });
  for (const { title, stage, size, inputs, expected } of await casesOf(file)) {
    const feeds = inputs as unknown as Tensors;
    const onOrt = async (): Promise<Float32Array> => {
      const opened = await ort.open(await model.file(stage, size, signal), signal);
      const [output] = Object.values(await opened.run(typed(feeds)));
      await opened.close();
      return output!.data as Float32Array;
    };
    const here = async (on: Threads, precise: boolean): Promise<Float32Array> => {
      const { network, weights } = await model.file(stage, size, signal);
      const described = { ...networkOf(network!), ...(precise ? { precise: () => true } : {}) };
      const opened = await openInt8Stage(described, weights, on, signal);
      // Twice, since the second run finds what the first has left.
      await opened.run(typed(feeds));
      const [output] = Object.values(await opened.run(typed(feeds)));
      await opened.close();
      return output!.data as Float32Array;
    };
    test(`model ${name}: ${title}: what ONNX Runtime computes over the same weights`, async () => {
      const quality = sqnr(await here(threads, true), await onOrt());
      assert.ok(quality > 55, `${quality.toFixed(1)} dB`);
    });
    test(`model ${name}: ${title}: in eight bits, close to the reference`, async () => {
      const quality = sqnr(await here(bytes, false), expected.data);
      // Random weights attend to everything alike, of which little is left; the demo's UNet has 48 dB.
      assert.ok(quality > 20, `${quality.toFixed(1)} dB`);
    });
  }
}

const typed = (feeds: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [
      name,
      data instanceof Int32Array ? { type: 'int32', shape, data } : { type: 'float32', shape, data },
    ]),
  );

test.run();
