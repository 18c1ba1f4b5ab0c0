/** The VAE in tiles: exact where decoding, or encoding, is local, without a seam where it is not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import type { Stage } from '../../workers/backend/backend';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { type Course, FASTEST } from '../../workers/memory/course';
import { checkpointModel } from '../../workers/model.checkpoint';
import { openStage } from '../../workers/openStage';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import type { Tensor } from '../../workers/tensor';
import { inTiles, tileSize } from '../../workers/tiles';
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

/** The mean of each eight by eight pixels, and of their squares: what it makes of a latent depends on nothing else. */
function averaging(sizes: (readonly number[])[] = []): Stage {
  return {
    run: async ({ image }) => {
      const [, , height, width] = image!.shape.map((side, i) => (i < 2 ? side : side / 8)) as [
        number,
        number,
        number,
        number,
      ];
      sizes.push([1, 4, height, width]);
      const data = new Float32Array(6 * height * width);
      for (let channel = 0; channel < 3; channel++)
        for (let i = 0; i < 64 * height * width; i++) {
          const [x, y] = [i % (8 * width), Math.floor(i / (8 * width))];
          const value = image!.data[channel * 64 * height * width + i]!;
          const at = (channel * height + (y >> 3)) * width + (x >> 3);
          data[at]! += value / 64;
          data[3 * height * width + at]! += value ** 2 / 64;
        }
      return { moments: { type: 'float32', shape: [1, 6, height, width], data } };
    },
    close: async () => {},
  };
}

/** Heights, widths and tiles, latents. */
const SIZES = [
  [16, 16, 16],
  [17, 16, 16],
  [9, 40, 16],
  [33, 57, 16],
  [64, 8, 12],
  [31, 47, 8],
] as const;

test('of an encoder that sees eight by eight pixels, tiles make the whole, at every size; of one that says the same of all, the same', async () => {
  for (const [height, width, tile] of SIZES) {
    const sizes: (readonly number[])[] = [];
    const data = noise(8 * height, 8 * width).data.slice(0, 3 * 64 * height * width) as Float32Array;
    const image: Tensor = { type: 'float32', shape: [1, 3, 8 * height, 8 * width], data };
    const { moments: whole } = await averaging().run({ image });
    const { moments } = await inTiles('vae_encoder', averaging(sizes), tile, never).run({ image });
    assert.equal(moments!.shape, whole!.shape);
    assert.ok(worst(moments!.data, whole!.data) < 1e-6, `${height} × ${width} in ${tile}`);
    const opened = tileSize({ batch: 1, height, width }, tile);
    for (const size of sizes) assert.equal(size, [1, 4, opened.height, opened.width]);
    const even = { ...image, data: data.map(() => 0.25) };
    const { moments: same } = await inTiles('vae_encoder', averaging(), tile, never).run({ image: even });
    const half = same!.data.length / 2;
    for (const [i, value] of (same!.data as Float32Array).entries())
      assert.ok(Math.abs(value - (i < half ? 0.25 : 0.0625)) < 1e-6);
  }
});

test('of a decoder that sees single pixels, tiles make the whole, at every size', async () => {
  for (const [height, width, tile] of SIZES) {
    const sizes: (readonly number[])[] = [];
    const latents = noise(height, width);
    const { image: whole } = await enlarging().run({ latents });
    const { image } = await inTiles('vae_decoder', enlarging(sizes), tile, never).run({ latents });
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
    await inTiles('vae_decoder', stopping, 16, abort.signal).run({ latents: noise(40, 40) });
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

test('a picture that the demo model sees in tiles is closer to what it sees as a whole than diffusers gets by tiles of that size', async () => {
  const checkpoint = await diskFolder(fromRoot('models/demo/model')).then(openDiffusersFolder);
  const model = checkpointModel(checkpoint, planModel(checkpoint, 'exact'));
  const backend = nodeWasmBackend();
  const [height, width, tile] = [32, 48, 24];
  const image = scene(8 * height, 8 * width);
  const encoded = async (tile?: number): Promise<Float32Array> => {
    const courses = { ...FASTEST, vae_encoder: { lean: true, ...(tile ? { tile } : {}) } };
    const encoder = await openStage({ model, backend, courses }, 'vae_encoder', { batch: 1, height, width }, never);
    const { moments } = await encoder.run({ image }).finally(() => encoder.close());
    // Means alone.
    return (moments!.data as Float32Array).subarray(0, moments!.data.length / 2);
  };
  const whole = await encoded();
  const difference = (await encoded(tile)).map((value, i) => value - whole[i]!);
  const level = 20 * Math.log10(rms(whole) / rms(difference));
  // 26.4 dB; diffusers' own `tiled_encode` of the same, by tiles of 192 pixels, is 21.8 dB from its whole.
  assert.ok(level > 25 && level < 80, `${level} dB`);
});

/** A sky that darkens, hills, and a disk. */
function scene(height: number, width: number): Tensor {
  const data = new Float32Array(3 * height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      const hill = v > 0.65 + 0.12 * Math.sin(9 * u);
      const disk = (x - 0.7 * width) ** 2 + (y - 0.3 * height) ** 2 < (0.12 * height) ** 2;
      const color = hill
        ? [0.1, 0.5 - 0.3 * v, 0.1]
        : disk
          ? [1, 0.8, 0.2]
          : [0.3 + 0.4 * v, 0.5 + 0.3 * v, 1 - 0.3 * v];
      for (const [plane, value] of color.entries()) data[(plane * height + y) * width + x] = 2 * value - 1;
    }
  return { type: 'float32', shape: [1, 3, height, width], data };
}

const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
const rms = (list: ArrayLike<number>): number =>
  Math.sqrt(Array.from(list).reduce((sum, value) => sum + value * value, 0) / list.length);

test.run();
