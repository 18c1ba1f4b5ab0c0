/** Deep features kept beside ControlNets and T2I-adapters: of these only what the outer part of the UNet takes in is computed, and it is the same. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedAdapter, hashedControlNet } from '../../build/fidelityControl';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { branchesOf, residualName } from '../../models/graph/unet';
import { planModel } from '../../models/planModel';
import type { DeepFeatures } from '../../models/stage';
import type { ImageRequest, Picture } from '../../workers/api';
import type { Backend, Stage } from '../../workers/backend/backend';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { controlManifest, controlModel } from '../../workers/controlModel';
import { cachingUnet } from '../../workers/deepCache';
import { FASTEST } from '../../workers/memory/course';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Parts } from '../../workers/openStage';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { steeredUnet } from '../../workers/steering';
import type { Tensor, Tensors } from '../../workers/tensor';
import { fromRoot } from '../root';
import { input } from './backend/int8/network';

const never = new AbortController().signal;
const wasm = nodeWasmBackend();
const int8 = await nodeInt8Backend({ threads: 2 });
const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const branches = branchesOf(demo.description.unet);

test('a ControlNet is whole where the UNet is, and where that has kept its features, what is left of it is', async () => {
  const [shape, count] = [[1, 1, 1, 1], 4];
  const number = (value: number): Tensor => ({ type: 'float32', shape, data: Float32Array.of(value) });
  const diary: string[] = [];
  const part = (name: string, outputs: () => Tensors): Stage => ({
    async run(inputs) {
      const residuals = Object.keys(inputs).filter((key) => key.startsWith('residual'));
      diary.push([name, ...residuals.map((key) => inputs[key]!.data[0])].join(' '));
      return outputs();
    },
    close: async () => void diary.push(`${name} closed`),
  });
  const residuals = (of: number, value: number): Tensors =>
    Object.fromEntries(Array.from({ length: of }, (_, i) => [residualName(i), number(value + i)]));
  const unet = cachingUnet(
    {
      whole: part('whole', () => ({ noise: number(0), deep_features: number(0) })),
      shallow: part('shallow', () => ({ noise: number(0) })),
    },
    2,
    never,
  );
  const control = {
    ...{ stage: part('control', () => residuals(count, 10)), outer: part('outer', () => residuals(2, 20)) },
    ...{ conditions: number(0), weight: 0.5, end: 0.75 },
  };
  const steering = { controls: [control], adapted: [], shapes: Array(count).fill(shape), outermost: 2, calls: 4 };
  const steered = steeredUnet(unet, steering, never);
  const states = number(1);
  for (let call = 0; call < 4; call++) {
    unet.begin();
    steered.begin();
    await steered.run({ sample: number(1), timestep: number(1), encoder_hidden_states: states });
  }
  await steered.close();
  assert.equal(diary, [
    ...['control', 'whole 5 5.5 6 6.5', 'outer', 'shallow 10 10.5'],
    ...['control', 'whole 5 5.5 6 6.5', 'shallow 0 0 0 0', 'control closed', 'outer closed'],
  ]);
});

for (const [backend, form, which] of [
  [wasm, 'exact', [0, 3]],
  [int8, 'int8', Array.from({ length: branches }, (_, i) => i)],
] as const) {
  test(`${backend.name}: for branches ${which}, what is left of a ControlNet makes the residuals of the whole, bit for bit`, async () => {
    const manifest = planModel(demo, form);
    const net = hashedControlNet(demo, 'control-a');
    const { model } = controlModel(net, controlManifest(manifest, net));
    const size = { batch: 1, height: 7, width: 9 };
    const inputs: Tensors = {
      sample: input([1, 4, 7, 9], 1, 2),
      timestep: { type: 'float32', shape: [1], data: Float32Array.of(500) },
      encoder_hidden_states: input([1, 77, demo.description.unet.crossAttentionDim], 2),
      conditions: input([1, 3, 56, 72], 3),
    };
    const made = async (deep?: DeepFeatures): Promise<Tensors> => {
      const file = await model.file('unet', { ...size, ...(deep ? { deep } : {}) }, never);
      const stage = await backend.open(file, never);
      return stage.run(inputs).finally(() => stage.close());
    };
    const whole = await made();
    assert.is(Object.keys(whole).length, branches + 1);
    for (const branch of which) {
      const left = await made({ branch, from: 'given' });
      assert.is(Object.keys(left).length, branch + 1);
      for (const [name, tensor] of Object.entries(left)) assert.equal(tensor, whole[name], `branch ${branch}: ${name}`);
    }
  });
}

const image = { width: 2, height: 2, pixels: Uint8Array.from({ length: 12 }, (_, i) => 20 * i) };
const REQUEST: ImageRequest = {
  ...DEFAULTS,
  ...{
    prompt: 'a cat',
    seed: 7,
    steps: 4,
    width: 72,
    height: 64,
    scheduler: 'euler',
    cacheInterval: 2,
    cacheBranch: 2,
  },
  controls: [
    { name: 'control-a', image },
    { name: 'adapter-a', image, weight: 0.5 },
  ],
};
/** The same without anything kept. */
const { cacheInterval: _, cacheBranch: __, ...EVERY } = REQUEST;

async function drawn(request: ImageRequest, backend: Backend, segments?: number): Promise<Picture> {
  const manifest = planModel(demo, backend === int8 ? 'int8' : 'exact');
  const controls = request.controls!.map(({ name }) => {
    const steerer = (name.startsWith('adapter') ? hashedAdapter : hashedControlNet)(demo, name);
    return controlModel(steerer, controlManifest(manifest, steerer));
  });
  const courses = segments ? { ...FASTEST, unet: { lean: true, segments } } : FASTEST;
  const parts: Parts = { model: checkpointModel(demo, manifest), backend, controls, courses };
  for await (const event of textToImage(request, parts, never)) {
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'image') return event.picture;
  }
  throw new Error('no picture');
}

test('in one call a step and in two, with weights whole and streamed: the same picture, and it is steered', async () => {
  const two = { ...REQUEST, guidance: 'two-calls' } as const;
  assert.equal(await drawn({ ...REQUEST, guidance: 'one-call' }, int8), await drawn(two, int8));
  const exact = await drawn(two, wasm);
  assert.equal(await drawn(two, wasm, 3), exact);
  const controls = REQUEST.controls!.map((one) => ({ ...one, weight: 0 }));
  assert.not.equal(await drawn({ ...two, controls }, wasm), exact);
});

test('what is kept for the next call changes it; of a single call, and where a call keeps it for itself, nothing is left out', async () => {
  const every = await drawn(EVERY, wasm);
  assert.equal(await drawn({ ...EVERY, cacheInterval: 1 }, wasm), every);
  assert.not.equal(await drawn(REQUEST, wasm), every);
  assert.equal(await drawn({ ...REQUEST, steps: 1 }, wasm), await drawn({ ...EVERY, steps: 1 }, wasm));
});

test.run();
