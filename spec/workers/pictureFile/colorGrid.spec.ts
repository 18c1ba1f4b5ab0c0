/** Colors of a picture, by the square. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { colorGrid } from '../../../workers/pictureFile/colorGrid';
import { fromRoot } from '../../root';
import { wavePicture } from './wavePicture';

interface Case {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly rgb: string;
}
const cases: readonly Case[] = JSON.parse(await readFile(fromRoot('spec/vectors/color-grids.json'), 'utf8'));

test("colors are to the byte those that diffusers' example makes with Pillow, of any shape", () => {
  assert.ok(cases.length > 3);
  for (const { from, to, rgb } of cases) {
    const [[width, height], drawn] = [from, { width: to[0], height: to[1] }];
    const grid = colorGrid({ width, height, pixels: wavePicture(width, height) }, drawn);
    assert.equal([grid.width, grid.height], to);
    assert.is(createHash('sha256').update(grid.pixels).digest('hex'), rgb, `${from} to ${to}`);
  }
});

test('each square of 64 pixels has one color, and a plain picture is itself', () => {
  const { pixels } = colorGrid({ width: 30, height: 20, pixels: wavePicture(30, 20) }, { width: 128, height: 192 });
  const of = (x: number, y: number): string => `${pixels.subarray(3 * (y * 128 + x)).subarray(0, 3)}`;
  for (let y = 0; y < 192; y++)
    for (let x = 0; x < 128; x++) assert.is(of(x, y), of(x - (x % 64), y - (y % 64)), `${x}, ${y}`);
  assert.is(new Set([0, 64].flatMap((x) => [0, 64, 128].map((y) => of(x, y)))).size, 6);
  const plain = { width: 70, height: 70, pixels: new Uint8Array(3 * 4900).fill(77) };
  assert.equal(colorGrid(plain, plain), plain);
});

test.run();
