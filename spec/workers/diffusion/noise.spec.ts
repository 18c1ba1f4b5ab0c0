/** The sources of random numbers by name, each against the program it is named after. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrownianTree } from '../../../workers/diffusion/brownianTree';
import type { Latents } from '../../../workers/diffusion/latents';
import { type NoiseRequest, pictureNoise } from '../../../workers/diffusion/noise';
import { PhiloxGenerator, philox4x32 } from '../../../workers/diffusion/philox';
import { TorchGenerator } from '../../../workers/diffusion/random';
import { firstSeed } from '../../../workers/diffusion/seedSequence';
import { slerp } from '../../../workers/diffusion/slerp';
import { fromRoot } from '../../root';

type Shape = Latents['shape'];
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly normals: number[];
}
const vectors: {
  philox: { seed: number; draws: number[][] }[];
  seedSequence: { entropy: number; spawnKey: number[]; poolSize: number; first: number }[];
  brownian: { seed: number; smallest: number; largest: number; size: number; pieces: Piece[] }[];
  comfy: { seed: number; shape: Shape; first: number[]; steps: number[][] }[];
  slerp: { shape: Shape; seeds: [number, number]; strength: number; mixed: number[] }[];
} = JSON.parse(readFileSync(fromRoot('spec/vectors/noises.json'), 'utf8'));

const LEVELS = {
  points: [
    { sigma: 8, timestep: 0 },
    { sigma: 0.5, timestep: 0 },
  ],
};
const SHAPE: Shape = [1, 4, 2, 2];
const alone = { index: 0, of: 1 };
const noiseOf = (request: Partial<NoiseRequest>) =>
  pictureNoise({ source: 'torch', seed: 1, batch: alone, shape: SHAPE, ...request }, LEVELS);

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, label: string): void {
  assert.is(actual.length, expected.length, label);
  for (let i = 0; i < expected.length; i++) {
    // Normals of up to 6, rounded to float32 once or twice.
    assert.ok(Math.abs(actual[i]! - expected[i]!) < 2e-6, `${label}[${i}]: ${actual[i]}, not ${expected[i]}`);
  }
}

test('philox4x32-10 gives the known answers of Random123 1.14 (tests/kat_vectors)', () => {
  const words = (text: string) => text.split(' ').map((word) => Number.parseInt(word, 16)) as never;
  for (const [counter, key, answer] of [
    ['0 0 0 0', '0 0', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ] as const) {
    assert.equal(philox4x32(words(counter), words(key)), words(answer));
  }
});

test("seed 0 draws the twelve numbers that stable-diffusion-webui's rng_philox.py documents", () => {
  const rows = [
    [-0.92466259, -0.42534415, -2.6438457, 0.14518388],
    [-0.12086647, -0.57972564, -0.62285122, -0.32838709],
    [-1.07454231, -0.36314407, -1.67105067, 2.26550497],
  ];
  near(new PhiloxGenerator(0).randn(12), rows.flat(), 'randn(3, 4)');
});

test('philox: seeds of up to 53 bits, draw after draw', () => {
  for (const { seed, draws } of vectors.philox) {
    const generator = new PhiloxGenerator(seed);
    for (const [i, draw] of draws.entries()) near(generator.randn(draw.length), draw, `seed ${seed}, draw ${i}`);
  }
});

test('seed sequences are numpy’s, with and without a spawn key', () => {
  for (const { entropy, spawnKey, poolSize, first } of vectors.seedSequence) {
    assert.is(firstSeed(entropy, spawnKey, poolSize), first, `${entropy}, [${spawnKey}]`);
  }
});

test("a Brownian path's pieces are torchsde's, overlapping and in any order", () => {
  for (const { seed, smallest, largest, size, pieces } of vectors.brownian) {
    const tree = new BrownianTree(seed, smallest, largest, size);
    for (const { from, to, normals } of pieces) near(tree.normals(from, to), normals, `seed ${seed}, ${from} to ${to}`);
  }
});

test('pieces of a path add up, and a piece has the variance of its length', () => {
  const size = 20_000;
  const tree = new BrownianTree(3, 0.03, 14.6, size);
  const increment = (from: number, to: number) => tree.normals(from, to).map((normal) => normal * Math.sqrt(from - to));
  const [whole, upper, lower] = [increment(9, 1), increment(9, 4.2), increment(4.2, 1)];
  // Increments of up to 10, rounded three times.
  for (let i = 0; i < size; i++) assert.ok(Math.abs(whole[i]! - upper[i]! - lower[i]!) < 1e-5, `path ${i}`);
  const normals = tree.normals(4.2, 1);
  const variance = normals.reduce((sum, value) => sum + value * value, 0) / size;
  // The mean of 20,000 squares of unit normals is off by √(2 / 20,000) = 0.01.
  assert.ok(Math.abs(variance - 1) < 0.04, `${variance}`);
});

test('torch and philox: the noise of the steps goes on from the first noise, in the stream of the picture', () => {
  const generators = { torch: new TorchGenerator(7), philox: new PhiloxGenerator(7) };
  for (const source of ['torch', 'philox'] as const) {
    const noise = noiseOf({ source, seed: 7, batch: { index: 2, of: 5 } });
    for (const drawn of [noise.first, noise.next(), noise.next()]) {
      assert.equal(drawn, { shape: SHAPE, data: generators[source].randn(16) }, source);
    }
  }
});

test("comfy: each picture has its part of ComfyUI's batch, in the first noise and in every step", () => {
  for (const { seed, shape, first, steps } of vectors.comfy) {
    const [of, ...rest] = shape;
    const size = first.length / of;
    for (let index = 0; index < of; index++) {
      const noise = noiseOf({ source: 'comfy', seed, batch: { index, of }, shape: [1, ...rest] });
      const own = (all: readonly number[]) => all.slice(index * size, (index + 1) * size);
      near(noise.first.data, own(first), `seed ${seed}, picture ${index}`);
      for (const step of steps) near(noise.next().data, own(step), `seed ${seed}, picture ${index}, a step`);
    }
  }
});

test('a variation of a picture 8 pixels high is normal noise between its ends, of which the original makes none', () => {
  const shape: Shape = [1, 4, 1, 8192];
  const [low, high] = [3, 4].map((seed) => ({ shape, data: new TorchGenerator(seed).randn(4 * 8192) }));
  near(slerp(0, low!, high!).data, low!.data, 'at 0');
  near(slerp(1, low!, high!).data, high!.data, 'at 1');
  const mixed = slerp(0.3, low!, high!).data;
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  // n normals' mean deviates by 1 / sqrt(n) = 0.0055, their variance by sqrt(2 / n) = 0.0078: five times that.
  assert.ok(Math.abs(mean(mixed)) < 0.028, String(mean(mixed)));
  const variance = mean(mixed.map((value) => value * value));
  assert.ok(Math.abs(variance - 1) < 0.039, String(variance));
  // What is as good as a line there, is none here: 8 × 8 pixels, whose four numbers may all have one sign.
  const small: Shape = [1, 4, 1, 1];
  const ones = { shape: small, data: Float32Array.of(1, 2, 3, 4) };
  near(slerp(0, ones, { shape: small, data: Float32Array.of(4, 3, 2, 1) }).data, ones.data, 'of one sign');
});

test("slerp is stable-diffusion-webui's, by columns, and a line where both are nearly parallel", () => {
  for (const { shape, seeds, strength, mixed } of vectors.slerp) {
    const [low, high] = seeds.map((seed) => ({ shape, data: new TorchGenerator(seed).randn(mixed.length) }));
    near(slerp(strength, low!, high!).data, mixed, `${seeds}, ${strength}`);
  }
});

test('a variation of strength 0 is the picture, of strength 1 the other seed’s; steps keep the picture’s own stream', () => {
  const plain = noiseOf({ seed: 4 });
  const other = noiseOf({ seed: 9 });
  const variation = (strength: number) => noiseOf({ seed: 4, variation: { seed: 9, strength } });
  near(variation(0).first.data, plain.first.data, 'strength 0');
  near(variation(1).first.data, other.first.data, 'strength 1');
  assert.equal(variation(0.5).next(), plain.next());
});

test.run();
