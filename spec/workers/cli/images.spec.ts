/** Picture files to draw from: what is in them, and what damage does. */
import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { brought, decoded, readImage, sizeOf } from '../../../workers/cli/images';
import { pngBytes } from '../../../workers/cli/png';
import { pngChunk } from '../../../workers/pictureFile/pngChunks';
import { fromRoot } from '../../root';
import { wavePicture } from '../pictureFile/wavePicture';
import { refusal } from '../refusal';

interface Case {
  readonly mode: string;
  readonly file: string;
  readonly size: readonly [number, number];
  readonly rgb: string;
}
const cases: readonly Case[] = JSON.parse(await readFile(fromRoot('spec/vectors/picture-modes.json'), 'utf8'));
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

test('every kind of PNG file that Pillow writes is the RGB that it reads in it', async () => {
  assert.ok(cases.length > 6);
  for (const { mode, file, size, rgb } of cases) {
    const { width, height, pixels } = await decoded(mode, bytesOf(file));
    assert.equal([width, height], size, mode);
    assert.equal(pixels, bytesOf(rgb), mode);
  }
});

test('sixteen bits are read by their upper eight', async () => {
  const data = Uint16Array.of(0x1234, 0xff00, 0x00ff, 0x8000, 0x7fff, 0x0100);
  const { pixels } = await decoded('x', encode({ width: 2, height: 1, data, depth: 16, channels: 3 }));
  assert.equal([...pixels], [0x12, 0xff, 0, 0x80, 0x7f, 1]);
});

test('a file that is none, is cut off anywhere, has a bent byte, or would not fit is bad-image', async () => {
  const sound = pngBytes({ width: 40, height: 30, pixels: wavePicture(40, 30) });
  assert.is(
    await refusal(decoded('a.png', Buffer.from('GIF89a', 'latin1'))),
    'bad-image: a.png: expected a PNG, JPEG or WebP file, got a file of another kind',
  );
  for (let length = 0; length < sound.length; length += 41) {
    assert.match(await refusal(decoded('a.png', sound.subarray(0, length))), /^bad-image: a\.png/, `${length}`);
  }
  for (let at = 9; at < sound.length; at += 37) {
    const bent = Uint8Array.from(sound);
    bent[at]! ^= 0x11;
    assert.match(await refusal(decoded('a.png', bent)), /^bad-image: a\.png/, `${at}`);
  }
  const header = (width: number, height: number) => {
    const data = new DataView(new ArrayBuffer(13));
    data.setUint32(0, width);
    data.setUint32(4, height);
    data.setUint16(8, 0x0802);
    return pngChunk('IHDR', new Uint8Array(data.buffer));
  };
  const bomb = Buffer.concat([
    ...[sound.subarray(0, 8), header(60_000, 60_000), pngChunk('IDAT', deflateSync(Buffer.alloc(1e6)))],
    pngChunk('IEND', new Uint8Array()),
  ]);
  assert.is(
    await refusal(decoded('a.png', bomb)),
    'bad-image: a.png: expected at most 64000000 pixels, got 60000 × 60000',
  );
  assert.is(
    await refusal(readImage('/nowhere/a.png')),
    'bad-image: /nowhere/a.png: expected a picture, got no such file or folder',
  );
});

test('a picture is brought to the size that is drawn, its own being a multiple of 8; a mask is gray', () => {
  const initImage = { width: 43, height: 30, pixels: wavePicture(43, 30) };
  assert.equal(sizeOf(initImage), { width: 40, height: 24 });
  const size = { width: 40, height: 24 };
  const both = brought({ initImage, maskImage: initImage }, size);
  assert.equal([both.initImage!.pixels.length, both.maskImage!.pixels.length], [3 * 40 * 24, 40 * 24]);
  assert.equal(brought({}, size), {});
});

test.run();
