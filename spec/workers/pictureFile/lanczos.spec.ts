import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gray } from '../../../workers/pictureFile/gray';
import { resized } from '../../../workers/pictureFile/lanczos';
import { fromRoot } from '../../root';

interface Case {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly source: string;
  readonly rgb: string;
  readonly gray: string;
  readonly first: readonly number[];
}
const cases: readonly Case[] = JSON.parse(await readFile(fromRoot('spec/vectors/resizing.json'), 'utf8'));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The recipe's picture. */
function picture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / (3 * width))];
    const wave = 127.5 + 127.5 * Math.sin((x * (c + 2) + 3 * y + (x * y) / 7) / 5);
    return (Math.floor(x / 4) + Math.floor(y / 3) + c) % 2 === 0 ? wave : 255 - wave;
  });
}

test("pictures are resized to the byte as Pillow's LANCZOS resizes them, in color and gray", () => {
  assert.ok(cases.length > 5);
  for (const { from, to, ...expected } of cases) {
    const [width, height] = from;
    const [toWidth, toHeight] = to;
    const source = picture(width, height);
    assert.is(sha256(source), expected.source, `${from}`);
    const size = { width: toWidth, height: toHeight };
    const rgb = resized(source, { width, height, channels: 3 }, size);
    assert.equal([...rgb.subarray(0, 24)], expected.first, `${from} to ${to}`);
    assert.is(sha256(rgb), expected.rgb, `${from} to ${to}`);
    assert.is(
      sha256(resized(gray(source), { width, height, channels: 1 }, size)),
      expected.gray,
      `${from} to ${to}, gray`,
    );
  }
});

test('a picture of its size is itself', () => {
  const source = picture(9, 8);
  assert.is(resized(source, { width: 9, height: 8, channels: 3 }, { width: 9, height: 8 }), source);
});

test.run();
