/** A picture in two passes: sizes and steps, what is opened, what is told, and that it is an image to image of its own first pass. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { psnr } from '../../models/quantize/quality/psnr';
import type { HiresUpscaler, ImageEvent, ImageRequest, Picture } from '../../workers/api';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { coveringSize, finalSize, HIRES_UPSCALERS, hiresStepsOf } from '../../workers/hires';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Parts } from '../../workers/openStage';
import { resized } from '../../workers/pictureFile/lanczos';
import { textToImage } from '../../workers/pipeline';
import { checkRequest, DEFAULTS } from '../../workers/request';
import { fromRoot } from '../root';
import { type Answer, fakeParts, plainAnswer } from './fakeParts';
import { refusal } from './refusal';

const REQUEST: ImageRequest = {
  ...DEFAULTS,
  ...{ prompt: 'a red apple', scheduler: 'euler_a', seed: 7, steps: 4, width: 48, height: 40 },
};

const answer: Answer = (stage, inputs, size) => {
  if (stage !== 'vae_encoder') return plainAnswer(stage, inputs, size);
  const { height, width } = size;
  return { moments: { type: 'float32', shape: [1, 8, height, width], data: new Float32Array(8 * height * width) } };
};

async function drawn(request: ImageRequest, parts: Parts): Promise<ImageEvent[]> {
  const events: ImageEvent[] = [];
  for await (const event of textToImage(request, parts, new AbortController().signal)) events.push(event);
  assert.is(events.at(-1)!.type, 'finished', JSON.stringify(events.at(-1)));
  return events;
}

const picturesIn = (events: readonly ImageEvent[]): Picture[] =>
  events.flatMap((event) => (event.type === 'image' ? [event.picture] : []));

test('a scale goes down to multiples of 8; another shape is covered, and no more than that', () => {
  const size = { width: 48, height: 40 };
  // 72 × 60.
  assert.equal(finalSize({ ...size, hiresScale: 1.5 }), { width: 72, height: 56 });
  assert.equal(coveringSize({ ...size, hiresScale: 1.5 }), { width: 72, height: 56 });
  // As wide as 96 it would be 80 high; as high as 64 it would be 76.8 wide.
  assert.equal(coveringSize({ ...size, hiresSize: { width: 96, height: 64 } }), { width: 96, height: 80 });
  assert.equal(coveringSize({ ...size, hiresSize: { width: 64, height: 64 } }), { width: 72, height: 64 });
  assert.equal(coveringSize({ ...size, hiresSize: { width: 96, height: 80 } }), { width: 96, height: 80 });
  assert.equal(finalSize(size), size);
});

test('all steps that are asked for are drawn, the last of a schedule of which they are the strength', () => {
  // 20 / 0.7 = 28.57; 15 / 0.5 = 30.
  assert.equal(hiresStepsOf({ steps: 20 }), { steps: 20, of: 28 });
  assert.equal(hiresStepsOf({ steps: 20, hiresSteps: 15, hiresStrength: 0.5 }), { steps: 15, of: 30 });
  assert.equal(hiresStepsOf({ steps: 20, hiresSteps: 0, hiresStrength: 1 }), { steps: 20, of: 20 });
});

test('latents need no decoding between the passes; the second is larger and has all its steps', async () => {
  const parts = fakeParts();
  const events = await drawn({ ...REQUEST, hiresScale: 1.5, hiresSteps: 3, numImages: 2 }, parts);
  const opened = parts.diary.filter((line) => line.startsWith('open'));
  const picture = ['open unet', 'open unet', 'open vae_decoder'];
  assert.equal(opened, ['open text_encoder', ...picture, ...picture]);
  assert.equal(
    picturesIn(events).map(({ width, height, seed }) => [width, height, seed]),
    [
      [72, 56, 7],
      [72, 56, 8],
    ],
  );
  const steps = events.flatMap((event) => (event.type === 'step' && event.image === 1 ? [event] : []));
  assert.equal(
    steps.map(({ index, of }) => [index, of]),
    [1, 2, 3, 4, 5, 6, 7].map((index) => [index, 7]),
  );
  // 72 · 56 / 48 / 40 = 2.1 times as many pixels.
  const counted = steps.map(({ work }) => [work!.step, work!.done, work!.of].map((each) => Math.round(10 * each) / 10));
  assert.equal(counted[3], [1, 4, 10.3]);
  assert.equal(counted[4], [2.1, 6.1, 10.3]);
  assert.equal(counted[6], [2.1, 10.3, 10.3]);
});

test('pixels are decoded, told, enlarged and encoded between the passes', async () => {
  const parts = fakeParts(answer);
  const events = await drawn({ ...REQUEST, hiresScale: 2, hiresUpscaler: 'nearest' }, parts);
  assert.equal(
    parts.diary.filter((line) => line.startsWith('open')),
    ['text_encoder', 'unet', 'vae_decoder', 'vae_encoder', 'unet', 'vae_decoder'].map((name) => `open ${name}`),
  );
  const [between] = events.flatMap((event) => (event.type === 'between' ? [event.picture] : []));
  assert.equal([between!.width, between!.height, between!.pixels.length], [48, 40, 3 * 48 * 40]);
  assert.equal([picturesIn(events)[0]!.width, picturesIn(events)[0]!.height], [96, 80]);
});

test('a prompt that changes has its second pass from 1 to 2, and steps are counted on', async () => {
  const seen: number[] = [];
  const spying: Answer = (stage, inputs, size) => {
    // The first number of hidden states says how many tokens there are (plainAnswer).
    if (stage === 'unet') seen.push((inputs.encoder_hidden_states!.data as Float32Array)[0]!);
    return plainAnswer(stage, inputs, size);
  };
  const shown = async (prompt: string): Promise<number[]> => {
    seen.length = 0;
    const change = { prompt, promptStyle: 'a1111', scheduler: 'euler', guidanceScale: 1, hiresScale: 1.5 } as const;
    await drawn({ ...REQUEST, ...change }, fakeParts(spying));
    return [...seen];
  };
  const [CAT, TWO] = [2, 3];
  // "until" is counted one step longer than it says, as there: half of 4 steps are the first three.
  assert.equal(await shown('[cat:red cat:0.5]'), [CAT, CAT, CAT, TWO, TWO, TWO, TWO, TWO]);
  assert.equal(await shown('[cat:red cat:1.5]'), [CAT, CAT, CAT, CAT, CAT, CAT, CAT, TWO]);
  assert.equal(await shown('[cat:red cat:6]'), [CAT, CAT, CAT, CAT, CAT, CAT, CAT, TWO]);
});

const demo = diskFolder(fromRoot('models/demo/model')).then(openDiffusersFolder).then(checkpointModel);

test("enlarged in pixels, a picture is image to image of its own first pass's", async () => {
  const parts = { model: await demo, backend: nodeWasmBackend() };
  const [first] = picturesIn(await drawn(REQUEST, parts));
  // Four steps of eight.
  const second = { ...REQUEST, strength: 0.5, steps: 8 };
  const size = { width: 72, height: 56 };
  for (const [hiresUpscaler, hiresScale, larger, pixels] of [
    ['nearest', 1, { width: 48, height: 40 }, first!.pixels],
    ['lanczos', 1.5, size, resized(first!.pixels, { width: 48, height: 40, channels: 3 }, size)],
  ] as const) {
    const [twice] = picturesIn(await drawn({ ...REQUEST, hiresScale, hiresUpscaler, hiresStrength: 0.5 }, parts));
    const [again] = picturesIn(await drawn({ ...second, ...larger, initImage: { ...larger, pixels } }, parts));
    assert.is(psnr(twice!.pixels, again!.pixels), Number.POSITIVE_INFINITY, hiresUpscaler);
    assert.ok(psnr(twice!.pixels, pixels) < 40, hiresUpscaler);
  }
});

const checked = async (change: Partial<ImageRequest>) => checkRequest({ ...REQUEST, ...change });

test('what cannot be drawn so is refused, with the numbers', async () => {
  const pixels = new Uint8Array(3 * 48 * 40);
  for (const [change, said] of [
    [{ hiresSteps: 3 }, 'hiresScale: expected a number, or hiresSize, where hiresSteps is given, got none'],
    [{ hiresScale: 0.5 }, 'hiresScale: expected a number from 1 to 8, got 0.5'],
    [{ hiresScale: Number.NaN }, 'hiresScale: expected a number from 1 to 8, got NaN'],
    [{ hiresScale: 8, width: 512 }, 'hiresScale: expected at most 2048 × 2048 pixels in the end, got 4096 × 320'],
    [
      { hiresScale: 2, hiresSize: { width: 96, height: 80 } },
      'hiresSize: expected none where hiresScale is given, got 96 × 80',
    ],
    [{ hiresSize: { width: 40, height: 80 } }, 'hiresSize: expected 48 × 40 pixels and more, got 40 × 80'],
    [{ hiresSize: { width: 100, height: 80 } }, 'hiresSize: expected a multiple of 8 from 8 to 2048, got 100'],
    [
      { hiresSize: { width: 48, height: 2048 } },
      'hiresSize: expected a shape that 2048 × 2048 pixels can cover, got 48 × 2048',
    ],
    [
      { hiresScale: 2, hiresUpscaler: 'esrgan' as HiresUpscaler },
      `hiresUpscaler: expected one of ${HIRES_UPSCALERS.join(', ')}, got esrgan`,
    ],
    [{ hiresScale: 2, hiresSteps: 1001 }, 'hiresSteps: expected an integer from 0 to 1000, got 1001'],
    [{ hiresScale: 2, hiresStrength: 1.5 }, 'hiresStrength: expected a number from 0 to 1, got 1.5'],
    [
      { hiresScale: 2, hiresStrength: 0 },
      'hiresStrength: expected at least 0.01: 4 steps are that part of at most 1000, got 0',
    ],
    [
      { hiresScale: 2, hiresSteps: 20, hiresStrength: 0.3, scheduler: 'lcm' },
      'hiresStrength: expected at least 0.4: 20 steps are that part of at most 50, got 0.3',
    ],
    [
      { hiresScale: 2, initImage: { width: 48, height: 40, pixels } },
      'hiresScale: expected none where a picture is drawn from, got 2',
    ],
  ] as [Partial<ImageRequest>, string][])
    assert.is(await refusal(checked(change)), `bad-argument: ${said}`);
  assert.is(await refusal(checked({ hiresScale: 1.5 })), 'read');
});

test.run();
