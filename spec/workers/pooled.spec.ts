/** ControlNets of which only the mean of each channel counts: what they make, and in which passes. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedControlNet } from '../../build/fidelityControl';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import type { ImageRequest } from '../../workers/api';
import type { Stage } from '../../workers/backend/backend';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { controlModel, plannedSteering } from '../../workers/controlModel';
import { int8Plan } from '../../workers/memory/int8Plan';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { pooledStage } from '../../workers/pooled';
import type { Tensor } from '../../workers/tensor';
import { fromRoot } from '../root';

test('what is made becomes the means of its channels, everywhere, run by run and together', async () => {
  const made: Tensor = { type: 'float32', shape: [1, 2, 1, 3], data: Float32Array.of(1, 2, 6, -1, 0, 1) };
  const means = Float32Array.of(3, 3, 3, 0, 0, 0);
  const stage: Stage = {
    run: async () => ({ residual_0: made }),
    runEach: async (all) => all.map(() => ({ residual_0: made })),
    close: async () => undefined,
  };
  const pooled = pooledStage(stage);
  assert.equal((await pooled.run({})).residual_0, { ...made, data: means });
  assert.equal(await pooled.runEach!([{}, {}]), Array(2).fill({ residual_0: { ...made, data: means } }));
  const { runEach: _, ...single } = stage;
  assert.is(pooledStage(single).runEach, undefined);
});

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const plan = planModel(demo);
const [shuffle, edges] = ['control-shuffle', 'control-a'].map((name) => hashedControlNet(demo, name));
const SIZE = { width: 64, height: 56 };
const ROOMY = { heapBytes: 4 * 1024 ** 3 };

test('where the first is such a one passes are computed apart, and one call for both is refused', async () => {
  const steering = [shuffle!, edges!].map((one) => plannedSteering(one, plan));
  assert.equal(
    [steering, steering.toReversed(), []].map((one) => int8Plan(plan, { ...SIZE, steering: one }, ROOMY, 1).guidance),
    ['two-calls', 'one-call', 'one-call'],
  );
  const image = { width: 1, height: 1, pixels: Uint8Array.of(10, 200, 30) };
  const request: ImageRequest = {
    ...{ prompt: 'an owl', negativePrompt: '', seed: 1, steps: 1, guidanceScale: 3, scheduler: 'euler', ...SIZE },
    ...{ numImages: 1, memory: 'auto', guidance: 'one-call', controls: [{ name: 'shuffle', image }] },
  };
  const parts = {
    ...{ model: checkpointModel(demo, plan), backend: nodeWasmBackend() },
    controls: [controlModel(shuffle!, steering[0]!.manifest)],
  };
  const events = [];
  for await (const event of textToImage(request, parts, new AbortController().signal)) events.push(event);
  const last = events.at(-1)!;
  assert.match(
    last.type === 'failed' ? last.message : last.type,
    /^bad-argument: guidance: expected two-calls .*, got one-call$/,
  );
});

test.run();
