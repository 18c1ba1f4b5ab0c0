import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gray } from '../../../workers/pictureFile/gray';
import { resized } from '../../../workers/pictureFile/lanczos';
import { fromRoot } from '../../root';
import { wavePicture } from './wavePicture';

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

test("pictures are resized to the byte as Pillow's LANCZOS resizes them, in color and gray", () => {
  assert.ok(cases.length > 5);
  for (const { from, to, ...expected } of cases) {
    const [width, height] = from;
    const [toWidth, toHeight] = to;
    const source = wavePicture(width, height);
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
  const source = wavePicture(9, 8);
  assert.is(resized(source, { width: 9, height: 8, channels: 3 }, { width: 9, height: 8 }), source);
});

test.run();
