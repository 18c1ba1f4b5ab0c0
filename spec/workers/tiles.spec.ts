/** The decoder in tiles: exact where decoding is local, without a seam where it is not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import type { Stage } from '../../workers/backend/backend';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { type Course, FASTEST } from '../../workers/memory/course';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import type { Tensor } from '../../workers/tensor';
import { tiledDecoder, tileSize } from '../../workers/tiles';
import { fromRoot } from '../root';

const never = new AbortController().signal;

/** Enlarges three of the channels eightfold: what it makes of a pixel depends on nothing else. */
function enlarging(sizes: (readonly number[])[] = []): Stage {
  return {
    run: async ({ latents }) => {
      const [, , height, width] = latents!.shape as [number, number, number, number];
      sizes.push(latents!.shape);
      const data = new Float32Array(3 * 64 * height * width);
      for (let at = 0; at < data.length; at++) {
        const [x, y] = [at % (8 * width), Math.floor(at / (8 * width)) % (8 * height)];
        const channel = Math.floor(at / (64 * height * width));
        data[at] = latents!.data[(channel * height + (y >> 3)) * width + (x >> 3)]!;
      }
      return { image: { type: 'float32', shape: [1, 3, 8 * height, 8 * width], data } };
    },
    close: async () => {},
  };
}

function noise(height: number, width: number): Tensor {
  let state = 1;
  const data = Float32Array.from({ length: 4 * height * width }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return { type: 'float32', shape: [1, 4, height, width], data };
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

test('of a decoder that sees single pixels, tiles make the whole, at every size', async () => {
  for (const [height, width, tile] of [
    [16, 16, 16],
    [17, 16, 16],
    [9, 40, 16],
    [33, 57, 16],
    [64, 8, 12],
    [31, 47, 8],
  ] as const) {
    const sizes: (readonly number[])[] = [];
    const latents = noise(height, width);
    const { image: whole } = await enlarging().run({ latents });
    const { image } = await tiledDecoder(enlarging(sizes), tile, never).run({ latents });
    assert.equal(image!.shape, whole!.shape);
    assert.ok(worst(image!.data, whole!.data) < 1e-6, `${height} × ${width} in ${tile}`);
    const opened = tileSize({ batch: 1, height, width }, tile);
    for (const size of sizes) assert.equal(size, [1, 4, opened.height, opened.width]);
  }
});

test('a stop is heard before the next tile', async () => {
  const abort = new AbortController();
  const sizes: (readonly number[])[] = [];
  const decoder = enlarging(sizes);
  const stopping: Stage = {
    ...decoder,
    run: (inputs) => {
      abort.abort(new Error('stopped'));
      return decoder.run(inputs);
    },
  };
  try {
    await tiledDecoder(stopping, 16, abort.signal).run({ latents: noise(40, 40) });
    assert.unreachable();
  } catch (thrown) {
    assert.match((thrown as Error).message, 'stopped');
  }
  assert.is(sizes.length, 1);
});

test('a picture of the demo model in tiles is close to the whole, and no seam is in the difference', async () => {
  const checkpoint = await diskFolder(fromRoot('models/demo/model')).then(openDiffusersFolder);
  const model = checkpointModel(checkpoint, planModel(checkpoint, 'exact'));
  const [width, height, tile] = [384, 256, 24];
  const request = { ...DEFAULTS, prompt: 'a castle on a meadow', seed: 3, steps: 4, width, height };
  const draw = async (decoder: Course): Promise<Float64Array> => {
    const parts = { model, backend: nodeWasmBackend(), courses: { ...FASTEST, vae_decoder: decoder } };
    for await (const event of textToImage(request, parts, never)) {
      assert.is.not(event.type, 'failed', event.type === 'failed' ? event.message : '');
      if (event.type === 'image') return Float64Array.from(event.picture.pixels);
    }
    throw new Error('no picture');
  };
  const whole = await draw({ lean: false });
  const difference = (await draw({ tile, lean: true })).map((value, i) => value - whole[i]!);
  const level = 20 * Math.log10(255 / rms(difference));
  assert.ok(level > 30 && level < 80, `${level} dB`);

  // Where tiles begin and end, but for the column where the castle stands: levels of 255, worst plane.
  const value = (x: number, y: number, plane: number): number => difference[3 * (y * width + x) + plane]!;
  const step = (length: number, across: (i: number, plane: number) => number): number =>
    Math.max(...[0, 1, 2].map((plane) => Math.abs(mean(Array.from({ length }, (_, i) => across(i, plane))))));
  for (const x of [96, 288]) {
    const jump = step(height, (y, plane) => value(x, y, plane) - value(x - 1, y, plane));
    assert.ok(jump < 0.25, `${jump} at column ${x}`);
  }
  for (const y of [64, 192]) {
    const jump = step(width, (x, plane) => value(x, y, plane) - value(x, y - 1, plane));
    assert.ok(jump < 0.25, `${jump} at row ${y}`);
  }
});

const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
const rms = (list: ArrayLike<number>): number =>
  Math.sqrt(Array.from(list).reduce((sum, value) => sum + value * value, 0) / list.length);

test.run();
