/** Where pictures count that a UNet is shown: masks at the size of each of its attentions. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { imageMaskName } from '../../models/graph/imageNames';
import { crossAttentions } from '../../models/graph/unet';
import type { InitImage } from '../../workers/api';
import { maskInputs } from '../../workers/imageMasks';
import { takenIn } from '../../workers/takenIn';
import { fromRoot } from '../root';

const { unet } = (await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')))).description;
const scopes = crossAttentions(unet).map(({ scope }) => scope);
const masked = { masked: 4 };

/** Of `width` × `height`, gray as `at` says. */
const mask = (width: number, height: number, at: (x: number, y: number) => number): InitImage => ({
  ...{ width, height },
  pixels: Uint8Array.from({ length: 3 * width * height }, (_, i) =>
    at(Math.floor(i / 3) % width, Math.floor(i / 3 / width)),
  ),
});
const numbers = (inputs: ReturnType<typeof maskInputs>, scope: string, index = 0): number[] => [
  ...(inputs[imageMaskName(scope, index)]!.data as Float32Array),
];

test('a UNet takes in a mask for each attention and each that is masked, of as many tokens as it looks at; a part of one fewer', () => {
  const size = { batch: 1, height: 5, width: 11, imageTokens: [7, masked, masked] };
  const white = mask(16, 16, () => 255);
  const made = maskInputs(unet, size, [undefined, white, white]);
  const taken = takenIn(unet, size).filter((name) => name.startsWith('image_mask_'));
  assert.equal(Object.keys(made).sort(), taken.sort());
  assert.is(taken.length, 2 * scopes.length);
  const sides = new Set(Object.values(made).map(({ shape }) => `${shape}`));
  // Halved and rounded up: 5 × 11, 3 × 6, 2 × 3, 1 × 2, of the levels that look at prompts.
  assert.ok(sides.has('1,55,1') && sides.has('1,18,1'), `${[...sides]}`);
  for (const { data } of Object.values(made)) for (const value of data) assert.ok(Math.abs(value - 1) < 1e-6);
  const deep = { branch: 0, from: 'given' } as const;
  assert.is(Object.keys(maskInputs(unet, { ...size, deep }, [undefined, white, white])).length, 2);
  assert.equal(maskInputs(unet, size, [undefined, undefined, undefined]), {});
});

test('half white and half black is 1 in that half and 0 in the other, on every level that it divides, whatever its own size', () => {
  const size = { batch: 1, height: 8, width: 16, imageTokens: [masked] };
  for (const [width, height] of [
    [128, 64],
    [32, 10],
  ] as const) {
    const left = mask(width, height, (x) => (x < width / 2 ? 255 : 0));
    const made = maskInputs(unet, size, [left]);
    for (const scope of scopes) {
      const all = numbers(made, scope);
      const columns = Math.sqrt(2 * all.length);
      for (const [i, value] of all.entries()) {
        const x = i % columns;
        const expected = x < columns / 2 ? 1 : 0;
        assert.ok(Math.abs(value - expected) < 1e-6, `${scope}: column ${x} of ${columns}: ${value}`);
      }
    }
  }
});

test('grays are white from 128 on and black below, colors by their luma', () => {
  const size = { batch: 1, height: 1, width: 1, imageTokens: [masked] };
  const of = (...rgb: number[]): number =>
    numbers(maskInputs(unet, size, [{ width: 1, height: 1, pixels: Uint8Array.from(rgb) }]), scopes[0]!)[0]!;
  assert.ok(Math.abs(of(128, 128, 128) - 1) < 1e-6);
  assert.is(of(127, 127, 127), 0);
  // 0.587 of 255, and 0.299.
  assert.ok(Math.abs(of(0, 255, 0) - 1) < 1e-6);
  assert.is(of(255, 0, 0), 0);
});

test('of the pixels around the middle of a token the nearest two count 19/32 a side, those beyond -3/32, as of torch’s bicubic', () => {
  const size = { batch: 1, height: 8, width: 8, imageTokens: [masked] };
  for (const [column, share] of [
    [1, 0],
    [2, -3 / 32],
    [3, 19 / 32],
    [4, 19 / 32],
    [5, -3 / 32],
    [6, 0],
  ] as const) {
    const made = maskInputs(unet, size, [mask(64, 64, (x) => (x === column ? 255 : 0))]);
    const fine = scopes.find((scope) => numbers(made, scope).length === 64)!;
    for (const [i, value] of numbers(made, fine).entries())
      assert.ok(Math.abs(value - (i % 8 === 0 ? share : 0)) < 1e-6, `${column}: token ${i}: ${value}`);
  }
});

test('a side that does not divide is masked as it lies: the right of 11 columns is the right of 6, of 3 and of 2', () => {
  const size = { batch: 1, height: 5, width: 11, imageTokens: [masked] };
  const right = mask(88, 40, (x) => (x >= 60 ? 255 : 0));
  const made = maskInputs(unet, size, [right]);
  let found = 0;
  for (const scope of scopes) {
    const all = numbers(made, scope);
    const columns = new Map([
      [55, 11],
      [18, 6],
      [6, 3],
      [2, 2],
    ]).get(all.length)!;
    for (let i = 0; i < all.length; i += columns) {
      assert.ok(Math.abs(all[i]!) < 0.01, `${scope}: left of row ${i / columns}: ${all[i]}`);
      assert.ok(all[i + columns - 1]! > 0.9, `${scope}: right of row ${i / columns}: ${all[i + columns - 1]}`);
      found++;
    }
  }
  assert.ok(found > scopes.length);
});

test.run();
