import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageEvent, ImageRequest } from '../../workers/api';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { type Answer, DESCRIPTION, fakeParts, plainAnswer } from './fakeParts';

const REQUEST: ImageRequest = {
  ...DEFAULTS,
  prompt: 'a cat',
  seed: 7,
  steps: 3,
  width: 64,
  height: 72,
  scheduler: 'ddim',
};

async function drawn(change: Partial<ImageRequest> = {}, parts = fakeParts(), signal = new AbortController().signal) {
  const events: ImageEvent[] = [];
  for await (const event of textToImage({ ...REQUEST, ...change }, parts, signal)) events.push(event);
  return { events, diary: parts.diary, last: events.at(-1)! };
}

const repeat = (word: string, times: number): string[] => Array.from({ length: times }, () => word);

test('networks are open one at a time: text encoder, UNet, decoder', async () => {
  const { diary, last } = await drawn();
  assert.equal(diary, [
    ...['open text_encoder', 'run text_encoder', 'run text_encoder', 'close text_encoder'],
    ...['open unet', ...repeat('run unet', 6), 'close unet'],
    ...['open vae_decoder', 'run vae_decoder', 'close vae_decoder'],
  ]);
  assert.ok(last.type === 'finished');
  // The fake heap grows by 1000 bytes with every line of the diary; each stage is asked before it is closed.
  assert.equal(last.heapBytes, { text_encoder: 3000, unet: 11_000, vae_decoder: 14_000 });
});

test('weights are closed as soon as their network is open, and where it does not open', async () => {
  const parts = fakeParts();
  await drawn({}, parts);
  assert.equal(parts.closed, ['text_encoder', 'unet', 'vae_decoder']);
  const full = fakeParts();
  const failing = { ...full.backend, open: () => Promise.reject(new Error('full')) };
  await drawn({}, { ...full, backend: failing });
  assert.equal(full.closed, ['text_encoder']);
});

test('PNDM evaluates once more than it has steps; told are those that were asked for', async () => {
  const { events, diary } = await drawn({ scheduler: 'pndm', steps: 5, guidanceScale: 1 });
  assert.is(diary.filter((line) => line === 'run unet').length, 6);
  const steps = events.filter((event) => event.type === 'step');
  assert.equal(
    steps.map(({ index, of }) => [index, of]),
    [1, 2, 3, 4, 5].map((index) => [index, 5]),
  );
});

test('a sampler that the model does not go with is refused before anything is opened', async () => {
  const parts = fakeParts();
  const scheduler = { ...DESCRIPTION.scheduler, rescaleBetasZeroSnr: true };
  const model = { ...parts.model, description: { ...DESCRIPTION, scheduler } };
  const { last, diary } = await drawn({ scheduler: 'heun' }, { ...parts, model });
  assert.is(last.type === 'failed' && last.code, 'unsupported-model');
  assert.ok(last.type === 'failed' && /rescale_betas_zero_snr: expected false for heun/.test(last.message));
  assert.equal(diary, []);
});

/** The picture repeats the latents, so that different noise is seen. */
const latentsShown: Answer = (stage, inputs, size) => {
  const answer = plainAnswer(stage, inputs, size);
  if (stage !== 'vae_decoder') return answer;
  const latents = inputs.latents!.data as Float32Array;
  const { shape, data } = answer.image!;
  const repeated = Float32Array.from(data, (_, i) => Math.tanh(latents[i % latents.length]!));
  return { image: { type: 'float32', shape, data: repeated } };
};

test('a picture of a batch is the same alone: in its place, and by its own seed where it has one', async () => {
  const pictures = async (request: Partial<ImageRequest>) => {
    const { events } = await drawn({ scheduler: 'euler_a', steps: 2, ...request }, fakeParts(latentsShown));
    return events.flatMap((event) => (event.type === 'image' ? [event.picture] : []));
  };
  for (const request of [{}, { rng: 'philox' }, { rng: 'comfy' }, { subseed: 5, subseedStrength: 0.5 }] as const) {
    const label = JSON.stringify(request);
    const batch = await pictures({ ...request, numImages: 3 });
    assert.equal(await pictures({ ...request, numImages: 3, only: 2 }), [batch[2]], label);
    assert.not.equal(batch[1]!.pixels, batch[2]!.pixels, label);
    const { seed, subseed } = batch[2]!;
    const bySeed = await pictures({ ...request, seed, ...(subseed === undefined ? {} : { subseed }) });
    // All of ComfyUI's batch have one seed: by it alone the first is drawn.
    assert.equal(bySeed[0], batch['rng' in request && request.rng === 'comfy' ? 0 : 2], label);
  }
});

test('samplers that evaluate twice a step tell of each step once, at its end', async () => {
  const { events, diary } = await drawn({ scheduler: 'heun', steps: 4, guidanceScale: 1 });
  assert.is(diary.filter((line) => line === 'run unet').length, 7);
  const steps = events.filter((event) => event.type === 'step');
  assert.equal(
    steps.map(({ index }) => index),
    [1, 2, 3, 4],
  );
});

test('at a guidance scale of 1 or less there is no unconditional call, and no negative prompt', async () => {
  for (const guidanceScale of [1, 0]) {
    const { diary, events } = await drawn({ guidanceScale, negativePrompt: 'x' });
    assert.is(diary.filter((line) => line === 'run unet').length, 3);
    assert.equal(
      events.filter((event) => event.type === 'prompt').map(({ which }) => which),
      ['prompt'],
    );
  }
});

test('an inpainting model is refused before anything is opened, for want of a mask', async () => {
  const parts = fakeParts();
  const description = { ...DESCRIPTION, unet: { ...DESCRIPTION.unet, inChannels: 9 } };
  const { last, diary } = await drawn({}, { ...parts, model: { ...parts.model, description } });
  assert.is(last.type === 'failed' && last.code, 'unsupported-model');
  assert.ok(last.type === 'failed' && /a mask.*got 9 channels/.test(last.message), JSON.stringify(last));
  assert.equal(diary, []);
});

test('what the network predicts decides how its answer is read', async () => {
  const pictures: Uint8Array[] = [];
  const show: Answer = (stage, inputs, size) => {
    if (stage !== 'vae_decoder') return plainAnswer(stage, inputs, size);
    const latents = inputs.latents!.data as Float32Array;
    const data = new Float32Array(3 * 64 * size.height * size.width).map((_, i) => latents[i % latents.length]! / 50);
    return { image: { type: 'float32', shape: [1, 3, 8 * size.height, 8 * size.width], data } };
  };
  for (const predictionType of ['epsilon', 'v_prediction'] as const) {
    const parts = fakeParts(show);
    const description = { ...DESCRIPTION, scheduler: { ...DESCRIPTION.scheduler, predictionType } };
    const { events } = await drawn({}, { ...parts, model: { ...parts.model, description } });
    for (const event of events) if (event.type === 'image') pictures.push(event.picture.pixels);
  }
  assert.is(pictures.length, 2);
  assert.not.equal(pictures[0], pictures[1]);
});

test('guidance adds up the same in two calls and in one', async () => {
  const noisy: Answer = (stage, inputs, size) => {
    if (stage === 'vae_decoder') {
      // The picture shows the latents, so that any difference is seen: 64 pixels for each of them.
      const latents = inputs.latents!.data as Float32Array;
      const image = plainAnswer(stage, inputs, size).image!;
      return {
        image: {
          type: 'float32',
          shape: image.shape,
          data: Float32Array.from(image.data, (_, i) => latents[i % 288]! / 40),
        },
      };
    }
    const out = plainAnswer(stage, inputs, size);
    if (stage !== 'unet') return out;
    const { sample, encoder_hidden_states: states } = inputs;
    const half = sample!.data.length / size.batch;
    const data = Float32Array.from(sample!.data, (x, i) => x * (states!.data[Math.floor(i / half) * 154]! / 10));
    return { noise: { type: 'float32', shape: sample!.shape, data } };
  };
  const pixels = async (guidance: ImageRequest['guidance']) => {
    const { events, diary } = await drawn({ guidance, negativePrompt: 'a long long dog' }, fakeParts(noisy));
    const image = events.find((event) => event.type === 'image')!;
    return { pixels: image.picture.pixels, calls: diary.filter((line) => line === 'run unet').length };
  };
  const [two, one] = [await pixels('two-calls'), await pixels('one-call')];
  assert.is(two.calls, 6);
  assert.is(one.calls, 3);
  assert.equal(two.pixels, one.pixels);
  assert.ok(new Set(two.pixels).size > 50, 'the pictures are not flat');
});

test('picture k of a batch is the picture of seed + k, and comes as soon as it is done', async () => {
  const { events } = await drawn({ numImages: 2 });
  const images = events.filter((event) => event.type === 'image');
  assert.equal(
    images.map(({ image, picture }) => [image, picture.seed]),
    [
      [0, 7],
      [1, 8],
    ],
  );
  const first = events.findIndex((event) => event.type === 'image');
  assert.ok(events.slice(first).some((event) => event.type === 'step' && event.image === 1));
});

test('a prompt over 77 tokens says what was cut', async () => {
  const { events } = await drawn({ prompt: `${'cat '.repeat(75)}under a tree` });
  const prompt = events.find((event) => event.type === 'prompt' && event.which === 'prompt');
  assert.equal(prompt, { type: 'prompt', which: 'prompt', tokens: 77, cut: 'under a tree' });
});

test('once aborted, no further call is made and what is open is closed', async () => {
  const abort = new AbortController();
  const parts = fakeParts((stage, inputs, size) => {
    if (parts.diary.filter((line) => line === 'run unet').length === 3) abort.abort();
    return plainAnswer(stage, inputs, size);
  });
  const { diary, last } = await drawn({}, parts, abort.signal);
  assert.is(diary.filter((line) => line === 'run unet').length, 3);
  assert.is(diary.at(-1), 'close unet');
  assert.is(last.type === 'failed' && last.code, 'aborted');
});

test('a caller who walks away leaves nothing open', async () => {
  const parts = fakeParts();
  for await (const event of textToImage(REQUEST, parts, new AbortController().signal)) {
    if (event.type === 'step') break;
  }
  assert.is(parts.diary.at(-1), 'close unet');
});

test('nor does one who walks away at any other event', async () => {
  let events = 0;
  for await (const _ of textToImage(REQUEST, fakeParts(), new AbortController().signal)) events += 1;
  for (let last = 1; last <= events; last += 1) {
    const parts = fakeParts();
    let seen = 0;
    for await (const _ of textToImage(REQUEST, parts, new AbortController().signal)) {
      seen += 1;
      if (seen === last) break;
    }
    const count = (what: string): number => parts.diary.filter((line) => line.startsWith(what)).length;
    assert.is(count('close'), count('open'), `after event ${last} of ${events}`);
  }
});

test('a network that fails ends in one failed event, closed', async () => {
  const { diary, last } = await drawn(
    {},
    fakeParts((stage, inputs, size) => {
      if (stage === 'unet') throw new Error('device lost');
      return plainAnswer(stage, inputs, size);
    }),
  );
  assert.equal(last, { type: 'failed', code: 'internal', message: 'internal: Error: device lost' });
  assert.is(diary.at(-1), 'close unet');
});

test('NaN from the UNet or from the decoder is a bad picture, not a black one', async () => {
  for (const bad of ['unet', 'vae_decoder'] as const) {
    const { last, events } = await drawn(
      {},
      fakeParts((stage, inputs, size) => {
        const out = plainAnswer(stage, inputs, size);
        if (stage === bad) for (const tensor of Object.values(out)) tensor.data.fill(Number.NaN);
        return out;
      }),
    );
    assert.is(last.type === 'failed' && last.code, 'bad-picture', bad);
    assert.not(events.some((event) => event.type === 'image'));
  }
});

test('a bad request opens nothing', async () => {
  const { diary, last } = await drawn({ steps: 0 });
  assert.equal(diary, []);
  assert.is(last.type === 'failed' && last.code, 'bad-argument');
});

test.run();
