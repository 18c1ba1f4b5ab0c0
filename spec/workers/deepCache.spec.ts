/** Deep features of the UNet, kept over steps: what comes out is what goes in again, and when. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { branchesOf } from '../../models/graph/unet';
import { planModel } from '../../models/planModel';
import type { DeepFeatures } from '../../models/stage';
import type { ImageRequest } from '../../workers/api';
import type { Backend, Stage } from '../../workers/backend/backend';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { cachingUnet } from '../../workers/deepCache';
import { FASTEST } from '../../workers/memory/course';
import type { Model } from '../../workers/model';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import type { Tensor, Tensors } from '../../workers/tensor';
import { randomModel } from '../models/randomModel';
import { fromRoot } from '../root';
import { uniform } from './backend/int8/network';

const never = new AbortController().signal;
const wasm = nodeWasmBackend();
const int8 = await nodeInt8Backend({ threads: 2 });
const checkpoints = {
  demo: await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model'))),
  A: await openDiffusersFolder(await randomModel('A')),
};

const tensor = (shape: readonly number[], seed: number): Tensor => {
  const next = uniform(seed);
  const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, next);
  return { type: 'float32', shape, data };
};

for (const [name, backend, form] of [
  ['A', wasm, 'exact'],
  ['A', int8, 'int8'],
  ['demo', int8, 'int8'],
] as const) {
  const checkpoint = checkpoints[name];
  test(`model ${name}, ${backend.name}: from every branch on, what was handed out and is handed in gives the same noise, bit for bit`, async () => {
    const { description } = checkpoint;
    const model = checkpointModel(checkpoint, planModel(checkpoint, form));
    // Odd sizes are rounded on the way down.
    const size = { batch: 1, height: 11, width: 9 };
    const run = async (inputs: Tensors, deep?: DeepFeatures): Promise<Tensors> => {
      const file = await model.file('unet', { ...size, ...(deep ? { deep } : {}) }, never);
      const stage = await backend.open(file, never);
      try {
        return await stage.run(inputs);
      } finally {
        await stage.close();
      }
    };
    const { inChannels, crossAttentionDim } = description.unet;
    const inputs = {
      sample: tensor([1, inChannels, size.height, size.width], 1),
      timestep: { type: 'float32', shape: [1], data: Float32Array.of(500) },
      encoder_hidden_states: tensor([1, 77, crossAttentionDim], 2),
    } as const;
    const { noise } = await run(inputs);
    for (let branch = 0; branch < branchesOf(description.unet); branch++) {
      const made = await run(inputs, { branch, from: 'made' });
      assert.equal(made.noise, noise, `branch ${branch}: the whole network's noise`);
      const given = await run({ ...inputs, deep_features: made.deep_features! }, { branch, from: 'given' });
      assert.equal(given.noise, noise, `branch ${branch}: the shallow part's`);
    }
  });
}

test('the deep layers are computed in every third call, and for hidden states that are new in between', async () => {
  const diary: string[] = [];
  const noting = (name: string, output: (inputs: Tensors) => Tensors): Stage => ({
    async run(inputs) {
      diary.push(`${name} ${inputs.encoder_hidden_states!.data[0]}`);
      return output(inputs);
    },
    close: async () => void diary.push(`${name} closed`),
  });
  const states = (value: number): Tensor => ({ type: 'float32', shape: [1], data: Float32Array.of(value) });
  let made = 0;
  const whole = noting('whole', () => ({ noise: states(0), deep_features: states(++made) }));
  const shallow = noting('shallow', ({ deep_features }) => ({ noise: deep_features! }));
  const unet = cachingUnet({ whole, shallow }, 3, never);
  const [one, two, three] = [states(1), states(2), states(3)];
  const call = async (...all: Tensor[]): Promise<number[]> => {
    unet.begin();
    const outputs = await unet.runEach!(all.map((encoder_hidden_states) => ({ encoder_hidden_states })));
    return outputs.map(({ noise }) => noise!.data[0]!);
  };
  await call(one, two);
  assert.equal(await call(one, two), [1, 2], 'each with its own');
  assert.equal(await call(two), [2], 'alone, as together');
  await call(one, two);
  await call(one, three);
  assert.equal(await call(three), [6]);
  await unet.close();
  assert.equal(diary, [
    ...['whole 1', 'whole 2', 'shallow 1', 'shallow 2', 'shallow 2'],
    ...['whole 1', 'whole 2', 'whole 1', 'whole 3', 'shallow 3', 'whole closed', 'shallow closed'],
  ]);
});

async function drawn(model: Model, backend: Backend, more: Partial<ImageRequest>, segments?: number) {
  const courses = segments ? { ...FASTEST, unet: { lean: true, segments } } : FASTEST;
  const request = { ...DEFAULTS, prompt: 'a red apple', seed: 3, steps: 5, width: 96, height: 72, ...more };
  for await (const event of textToImage(request, { model, backend, courses }, never)) {
    if (event.type === 'failed') return event;
    if (event.type === 'image') return event.picture.pixels;
  }
  throw new Error('no picture');
}

test('the picture is the same in one call a step and in two, and with weights that are streamed', async () => {
  const model = checkpointModel(checkpoints.demo);
  const saving = { cacheInterval: 2, cacheBranch: 1, scheduler: 'euler' } as const;
  const picture = await drawn(model, wasm, { ...saving, guidance: 'two-calls' });
  assert.equal(await drawn(model, wasm, { ...saving, guidance: 'one-call' }), picture);
  assert.equal(await drawn(model, wasm, { ...saving, guidance: 'two-calls' }, 3), picture);
  assert.not.equal(await drawn(model, wasm, { scheduler: 'euler' }), picture, 'something was left out');
});

test('kept for no more than the step itself, nothing is left out', async () => {
  const model = checkpointModel(checkpoints.demo, planModel(checkpoints.demo, 'int8'));
  assert.equal(await drawn(model, int8, { cacheInterval: 1 }), await drawn(model, int8, {}));
});

test('a branch that the UNet does not have is refused before anything is opened', async () => {
  const failed = await drawn(checkpointModel(checkpoints.demo), wasm, { cacheInterval: 2, cacheBranch: 8 });
  assert.equal(failed, {
    type: 'failed',
    code: 'bad-argument',
    message: 'bad-argument: cacheBranch: expected below 8, which is how many skips this UNet has, got 8',
    details: { argument: 'cacheBranch', expected: 'below 8, which is how many skips this UNet has', got: '8' },
  });
});

test.run();
