/** What single products of the demo model's UNet lose on our own kernels, with bytes of activations. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { layerLosses } from '../../../build/bench/int8Layers';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { diskFolder } from '../../../models/folder.node';
import { median } from '../../../models/quantize/report/numbers';
import { nodeThreads } from '../../../workers/backend/int8/int8.node';
import { wordsOf } from '../../../workers/backend/int8/numbers';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { checkpointModel } from '../../../workers/model.checkpoint';
import { recordedCalls } from '../../../workers/quantize/trajectories';
import { fromRoot } from '../../root';

test('half of them keep 36 dB and more, and none falls below 30', async () => {
  const checkpoint = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
  const parts = { model: checkpointModel(checkpoint), backend: nodeWasmBackend() };
  const prompts = [{ domain: 'demo', prompt: 'a red apple on a blue background' }] as const;
  const how = { prompts, steps: 10, width: 64, height: 64, samples: 2 };
  const { unet } = await recordedCalls(async () => parts, how, new AbortController().signal);
  const threads = {
    rows: await nodeThreads({ threads: 1, form: 'words', numbers: wordsOf(255) }),
    words: await nodeThreads({ threads: 1, form: 'words' }),
  };
  const losses = await layerLosses(checkpoint, 'unet', 8, unet, threads);
  const rounded = losses.filter(({ all }) => Number.isFinite(all));
  // In float32 are the first convolution and the last.
  assert.equal(
    losses.filter((one) => !rounded.includes(one)).map(({ scope }) => scope),
    ['conv_in', 'conv_out'],
  );
  const [all, alone] = [rounded.map((one) => one.all), rounded.map((one) => one.weights)];
  assert.ok(median(all) >= 36 && Math.min(...all) >= 30, `${median(all)}, ${Math.min(...all)}`);
  assert.ok(median(alone) > median(all), 'bytes of activations cost something');
});

test.run();
