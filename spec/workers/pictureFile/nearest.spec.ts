import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nearest } from '../../../workers/pictureFile/nearest';
import { fromRoot } from '../../root';
import { wavePicture } from './wavePicture';

interface Case {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly rgb: string;
}
const cases: readonly Case[] = JSON.parse(await readFile(fromRoot('spec/vectors/nearest.json'), 'utf8'));

test("pictures are resized to the byte as Pillow's NEAREST resizes them", () => {
  assert.ok(cases.length > 3);
  for (const { from, to, rgb } of cases) {
    const [width, height] = from;
    const pixels = nearest(wavePicture(width, height), { width, height, channels: 3 }, { width: to[0], height: to[1] });
    assert.is(createHash('sha256').update(pixels).digest('hex'), rgb, `${from} to ${to}`);
  }
});

test.run();
