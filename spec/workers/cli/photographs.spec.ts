/** JPEG and WebP files to draw from: the pixels that Pillow reads, and what damage does. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decoded } from '../../../workers/cli/images';
import { decodedPhotograph, photographIn } from '../../../workers/cli/photographs';
import { fromRoot } from '../../root';
import { refusal } from '../refusal';

interface Case {
  readonly mode: string;
  readonly file: string;
  readonly size: readonly [number, number];
  readonly rgb: string;
}
const cases: readonly Case[] = JSON.parse(await readFile(fromRoot('spec/vectors/picture-kinds.json'), 'utf8'));
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const fileOf = (mode: string): Uint8Array => bytesOf(cases.find((each) => each.mode === mode)!.file);

test('every kind of JPEG and WebP file, and a PNG file turned in any way, is the RGB that Pillow reads in it, turned as its EXIF says', async () => {
  assert.ok(cases.length >= 8);
  for (const { mode, file, size, rgb } of cases) {
    const { width, height, pixels } = await decoded(mode, bytesOf(file));
    assert.equal([width, height], size, mode);
    assert.equal(pixels, bytesOf(rgb), mode);
  }
});

test('one that is cut off anywhere is bad-image, whatever its decoder would make of it', async () => {
  for (const mode of ['JPEG 4:2:0', 'JPEG 4:4:4, progressive', 'JPEG with restarts', 'WebP', 'WebP, lossless']) {
    const sound = fileOf(mode);
    for (let length = 13; length < sound.length; length += 7)
      assert.match(await refusal(decoded('a', sound.subarray(0, length))), /^bad-image: a/, `${mode} ${length}`);
  }
});

test('one that is too large, of inks, or moves, is refused before it is decoded', async () => {
  for (const mode of ['JPEG 4:2:0', 'WebP', 'WebP, lossless', 'WebP with transparency']) {
    const bytes = fileOf(mode);
    const refused = decodedPhotograph('a', bytes, photographIn(bytes)!, 200);
    assert.is(await refusal(refused), 'bad-image: a: expected at most 200 pixels, got 19 × 11', mode);
  }
  const inks = fileOf('JPEG, gray');
  const frame = inks.findIndex((byte, i) => byte === 0xff && inks[i + 1] === 0xc0);
  inks[frame + 9] = 4;
  assert.is(await refusal(decoded('a', inks)), 'bad-image: a: expected a JPEG file in gray or color, got 4 channels');
  const moving = fileOf('WebP with transparency');
  moving[20]! |= 2;
  assert.is(await refusal(decoded('a', moving)), 'bad-image: a: expected one picture, got an animation');
});

test('bytes that are bent are bad-image or some picture of that size, and never anything else', async () => {
  for (const mode of ['JPEG 4:2:0', 'WebP']) {
    const sound = fileOf(mode);
    for (let at = 2; at < sound.length; at += 29) {
      const bent = Uint8Array.from(sound);
      bent[at]! ^= 0x11;
      const outcome = await decoded('a', bent).then(
        ({ pixels, width, height }) => (pixels.length === 3 * width * height ? 'picture' : 'short'),
        ({ code }: { readonly code?: string }) => code ?? 'no code',
      );
      assert.ok(['picture', 'bad-image'].includes(outcome), `${mode} ${at}: ${outcome}`);
    }
  }
});

test.run();
