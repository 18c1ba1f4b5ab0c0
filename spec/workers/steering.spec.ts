/** ControlNets beside a UNet: in which calls, for which passes, of what they are shown; and what is refused. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedAdapter, hashedControlNet } from '../../build/fidelityControl';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import type { ImageRequest, Picture, SchedulerName } from '../../workers/api';
import type { Stage } from '../../workers/backend/backend';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { adapterConditions, conditionsOf } from '../../workers/conditions';
import { controlManifest, controlModel } from '../../workers/controlModel';
import { callsOf } from '../../workers/diffusion/calls';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Parts } from '../../workers/openStage';
import { textToImage } from '../../workers/pipeline';
import { checkRequest, DEFAULTS } from '../../workers/request';
import { samplerFor } from '../../workers/sampling';
import { type OpenControl, steeredUnet } from '../../workers/steering';
import type { Tensor, Tensors } from '../../workers/tensor';
import { fromRoot } from '../root';
import { DESCRIPTION } from './fakeParts';
import { refusal } from './refusal';

const { signal } = new AbortController();
const SHAPES = [
  [1, 2, 1, 1],
  [1, 2, 1, 1],
  [1, 2, 1, 1],
];
const tensor = (shape: readonly number[], value: number): Tensor => ({
  ...{ type: 'float32', shape },
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
});
const states = [tensor([1, 1, 1], 0), tensor([1, 1, 1], 1)] as const;
const inputs = (i: 0 | 1, channels = 4): Tensors => ({
  sample: tensor([1, channels, 1, 1], 7),
  timestep: tensor([1], 500),
  encoder_hidden_states: states[i],
});

/** A UNet that hands back what it is handed, and a ControlNet whose residuals are all `value`. */
function setUp(value: number, how: Partial<OpenControl> = {}, guess?: (states: Tensor) => boolean) {
  const shown: Tensors[] = [];
  const unet = { run: async (given: Tensors) => given, close: async () => undefined } satisfies Stage;
  const stage: Stage = {
    run: async (given) => {
      shown.push(given);
      return Object.fromEntries(SHAPES.map((shape, i) => [`residual_${i}`, tensor(shape, value)]));
    },
    close: async () => undefined,
  };
  const control = { stage, conditions: tensor([1, 3, 8, 8], 0.5), ...how };
  const steering = {
    controls: [control],
    adapted: [],
    shapes: SHAPES,
    calls: 10,
    ...(guess ? { guess } : {}),
  };
  return { steered: steeredUnet(unet, steering, signal), shown };
}

const residualsOf = (given: Tensors): number[] => SHAPES.map((_, i) => given[`residual_${i}`]!.data[0]!);

test('a ControlNet counts from the call that begins at its start to the one that ends by its end, by its weight', async () => {
  const { steered, shown } = setUp(3, { start: 0.2, end: 0.5, weight: 0.5 });
  const seen: number[] = [];
  for (let call = 0; call < 10; call++) {
    steered.begin();
    seen.push(residualsOf(await steered.run(inputs(0)))[2]!);
  }
  // Call i of ten is between i / 10 and (i + 1) / 10: of 0.2 to 0.5 those are 2, 3 and 4.
  assert.equal(seen, [0, 0, 1.5, 1.5, 1.5, 0, 0, 0, 0, 0]);
  assert.is(shown.length, 3);
  assert.equal(shown[0]!.conditions, tensor([1, 3, 8, 8], 0.5));
});

test('what T2I-adapters have made is added up in the first part of the calls, and nothing behind it', async () => {
  const shape = [1, 2, 1, 1];
  const unet: Stage = { run: async (given) => given, close: async () => undefined };
  const adapted = [
    { features: [tensor(shape, 2), tensor(shape, 3)], end: 0.5 },
    { features: [tensor(shape, 10), tensor(shape, 20)], end: 1 },
  ];
  const steered = steeredUnet(unet, { controls: [], adapted, shapes: [], calls: 5 }, signal);
  const seen: number[][] = [];
  for (let call = 0; call < 5; call++) {
    steered.begin();
    const given = await steered.run(inputs(0));
    assert.not.ok('residual_0' in given);
    seen.push([given.adapted_0!.data[0]!, given.adapted_1!.data[0]!]);
  }
  // Half of five calls is two; the other counts in all.
  assert.equal(seen, [
    [12, 23],
    [12, 23],
    [10, 20],
    [10, 20],
    [10, 20],
  ]);
  const early = steeredUnet(unet, { controls: [], adapted: [adapted[0]!], shapes: [], calls: 1 }, signal);
  early.begin();
  assert.equal((await early.run(inputs(0))).adapted_1, tensor(shape, 0));
});

test('a T2I-adapter sees eight by eight pixels as channels, gray where it sees one', () => {
  const pixels = Uint8Array.from({ length: 16 * 8 * 3 }, (_, i) => (i % 3 === 0 ? Math.floor(i / 3) : 0));
  const size = { width: 16, height: 8 };
  const { shape, data } = adapterConditions({ ...size, pixels }, size, 3);
  assert.equal(shape, [1, 192, 1, 2]);
  // Channel 8 y + x of red is pixel (x, y) of each square of eight.
  for (const [channel, square] of [
    [0, 0],
    [0, 1],
    [9, 0],
    [63, 1],
  ] as const) {
    const [y, x] = [Math.floor(channel / 8), (channel % 8) + 8 * square];
    assert.ok(Math.abs(data[2 * channel + square]! - (16 * y + x) / 255) < 1e-6);
  }
  assert.is(data[2 * 64], 0);
  const alone = adapterConditions({ ...size, pixels }, size, 1);
  assert.equal(alone.shape, [1, 64, 1, 2]);
  // 0.299 of 127.
  assert.ok(Math.abs(alone.data[127]! - 38 / 255) < 1e-6);
});

test('where it guesses, passes without the prompt see nothing of it, and the outermost skip a tenth', async () => {
  const { steered, shown } = setUp(1, {}, (of) => of === states[1]);
  steered.begin();
  const [without, with_] = await steered.runEach!([inputs(0), inputs(1)]);
  assert.equal(residualsOf(without!), [0, 0, 0]);
  // 10 to the power of -1, -1/2, 0.
  for (const [i, expected] of [0.1, Math.sqrt(0.1), 1].entries())
    assert.ok(Math.abs(residualsOf(with_!)[i]! - expected) < 1e-7);
  assert.is(shown.length, 1);
});

test('of a model made for inpainting it is shown the latents alone, of one that is told the scale nothing of that', async () => {
  const { steered, shown } = setUp(1);
  steered.begin();
  const timestep_cond = tensor([1, 256], 3);
  const given = await steered.run({ ...inputs(0, 9), timestep_cond });
  assert.equal(shown[0]!.sample, tensor([1, 4, 1, 1], 7));
  assert.equal(Object.keys(shown[0]!).sort(), ['conditions', 'encoder_hidden_states', 'sample', 'timestep']);
  assert.equal([given.sample!.shape, given.timestep_cond], [[1, 9, 1, 1], timestep_cond]);
});

test('calls are counted as diffusers counts timesteps', async () => {
  for (const [scheduler, calls] of [
    ['euler', 20],
    ['dpmpp_2m', 20],
    ['pndm', 21],
    ['heun', 39],
    ['dpm2', 39],
  ] as const satisfies readonly (readonly [SchedulerName, number])[]) {
    const request = { ...DEFAULTS, prompt: '', seed: 0, width: 64, height: 64, scheduler, steps: 20 };
    const { sampler, schedule } = await samplerFor(request, DESCRIPTION.scheduler);
    assert.is(callsOf(sampler, schedule), calls, scheduler);
  }
});

test('a picture of conditions is brought to the size, and goes from 0 to 1, channel by channel', () => {
  const pixels = Uint8Array.from([255, 0, 51, 255, 0, 51]);
  const { shape, data } = conditionsOf({ width: 2, height: 1, pixels }, { width: 4, height: 4 }, 2);
  assert.equal(shape, [2, 3, 4, 4]);
  for (const batch of [0, 1])
    for (const [c, value] of [1, 0, 0.2].entries())
      for (let i = 0; i < 16; i++) assert.ok(Math.abs(data[(3 * batch + c) * 16 + i]! - value) < 1e-6);
});

const image = { width: 2, height: 2, pixels: new Uint8Array(12).fill(200) };
const REQUEST: ImageRequest = {
  ...DEFAULTS,
  ...{ prompt: 'a cat', seed: 7, steps: 2, width: 64, height: 56, scheduler: 'euler' },
};

test('what cannot be steered by is refused, with the numbers', async () => {
  const said = (request: Partial<ImageRequest>) =>
    refusal(Promise.resolve().then(() => checkRequest({ ...REQUEST, ...request })));
  const one = { name: 'canny', image };
  await checkRequest({ ...REQUEST, controls: [{ ...one, weight: 0.5, start: 0, end: 1 }] });
  for (const [request, words] of [
    [{ controls: [] }, 'controls: expected one at least, got 0'],
    [{ controlGuess: true }, 'controls: expected one at least where controlGuess is given, got none'],
    [{ controls: [{ ...one, weight: 11 }] }, 'controls: canny: weight: expected a number from 0 to 10, got 11'],
    [{ controls: [{ ...one, start: 0.5, end: 0.5 }] }, 'controls: canny: end: expected above its start, 0.5, got 0.5'],
    [
      { controls: [{ ...one, image: { ...image, width: 3 } }] },
      'controls: canny: image: expected 3 × 2 pixels of 3 bytes, got 12 bytes',
    ],
    [
      { controls: [one], controlGuess: true, guidance: 'one-call' },
      'guidance: expected auto or two-calls where controlGuess is given, got one-call',
    ],
  ] as const satisfies readonly (readonly [Partial<ImageRequest>, string])[])
    assert.is(await said(request), `bad-argument: ${words}`);
});

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const control = hashedControlNet(demo, 'control-a');
const adapter = hashedAdapter(demo, 'adapter-a');

async function drawn(request: Partial<ImageRequest>, form: 'exact' | 'int8' = 'exact'): Promise<Picture> {
  const manifest = planModel(demo, form);
  const controls = (request.controls ?? []).map(({ name }) => {
    const own = name === 'adapter' ? adapter : control;
    return controlModel(own, controlManifest(manifest, own));
  });
  const backend = form === 'int8' ? await nodeInt8Backend() : nodeWasmBackend();
  const parts: Parts = { model: checkpointModel(demo, manifest), backend, controls };
  for await (const event of textToImage({ ...REQUEST, ...request }, parts, signal)) {
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'image') return event.picture;
  }
  throw new Error('no picture');
}

test('by a weight of 0 the picture is the plain one, byte for byte; in one call it is nearly that of two', async () => {
  const controls = [{ name: 'any', image }];
  assert.equal(await drawn({ controls: [{ ...controls[0]!, weight: 0 }] }), await drawn({}));
  const [two, one] = [
    await drawn({ controls, guidance: 'two-calls' }),
    await drawn({ controls, guidance: 'one-call' }),
  ];
  assert.not.equal(two, await drawn({}));
  for (const [i, value] of two.pixels.entries()) assert.ok(Math.abs(value - one.pixels[i]!) <= 1, `pixel ${i}`);
});

test('our own kernels follow it, and a second pass of another size does', async () => {
  const controls = [{ name: 'any', image }];
  const [exact, int8, plain] = [await drawn({ controls }), await drawn({ controls }, 'int8'), await drawn({}, 'int8')];
  const apart = (a: Picture, b: Picture): number =>
    a.pixels.reduce((sum, value, i) => sum + Math.abs(value - b.pixels[i]!), 0) / a.pixels.length;
  assert.ok(apart(exact, int8) < 0.3 * apart(int8, plain), `${apart(exact, int8)} and ${apart(int8, plain)}`);
  const adapters = [{ name: 'adapter', image }];
  const [adapted, quickly] = [await drawn({ controls: adapters }), await drawn({ controls: adapters }, 'int8')];
  assert.ok(apart(adapted, quickly) < 0.3 * apart(quickly, plain), `${apart(adapted, quickly)}, an adapter`);
  const both = await drawn({ controls: [...controls, ...adapters], hiresScale: 1.5, guidance: 'one-call' });
  assert.equal([both.width, both.height], [96, 80]);
  const first = await drawn({ controls: [{ ...controls[0]!, weight: 0 }], hiresScale: 1.5, guidance: 'one-call' });
  assert.ok(apart(both, first) > 1, 'the second pass is steered');
});

test('a T2I-adapter has no start of its own', async () => {
  const said = await drawn({ controls: [{ name: 'adapter', image, start: 0.1 }] }).catch(
    (thrown: Error) => thrown.message,
  );
  assert.match(String(said), /^bad-argument: controls: adapter: start: expected 0, of a T2I-adapter, .*got 0\.1$/);
});

test('ControlNets that nobody opened are missed before a step is made', async () => {
  const parts: Parts = { model: checkpointModel(demo, planModel(demo)), backend: nodeWasmBackend() };
  const events = [];
  for await (const event of textToImage({ ...REQUEST, controls: [{ name: 'any', image }] }, parts, signal))
    events.push(event);
  const last = events.at(-1)!;
  assert.is(last.type === 'failed' && last.message, 'bad-argument: controls: expected 1 that are open, got 0');
  assert.not.ok(events.some(({ type }) => type === 'step'));
});

test.run();
