/** JPEG and WebP files to draw from: the pixels that Pillow reads, and what damage does. */
import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decoded } from '../../../workers/cli/images';
import { decodedPhotograph, photographIn } from '../../../workers/cli/photographs';
import { pngBytes } from '../../../workers/cli/png';
import { turned } from '../../../workers/pictureFile/orientation';
import { pngChunk, withChunks } from '../../../workers/pictureFile/pngChunks';
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

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const xmp = (orientation: number): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="${orientation}"/></x:xmpmeta>`;
const big = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >> shift) & 255);

/** `file` with a segment behind its first, which is two bytes long. */
function withSegment(file: Uint8Array, data: readonly number[]): Uint8Array {
  const length = big(data.length + 2).slice(2);
  return Uint8Array.from([...file.subarray(0, 2), 0xff, 0xe1, ...length, ...data, ...file.subarray(2)]);
}

/** `file`, RIFF, with a chunk at its end. */
function withRiffChunk(file: Uint8Array, kind: string, data: readonly number[]): Uint8Array {
  const padded = [...data, ...(data.length % 2 ? [0] : [])];
  const all = Uint8Array.from([...file, ...ascii(kind), ...big(data.length).reverse(), ...padded]);
  new DataView(all.buffer).setUint32(4, all.length - 8, true);
  return all;
}

/** EXIF of one tag, the orientation. */
const exifOf = (orientation: number): number[] => [
  ...[...ascii('MM'), 0, 42, ...big(8), 0, 1, 0x01, 0x12, 0, 3, ...big(1), 0, orientation, 0, 0, ...big(0)],
];

test('a picture is turned as its XMP says, where no EXIF does, in each kind of file and each kind of text', async () => {
  const jpeg = fileOf('JPEG 4:2:0');
  const webp = fileOf('WebP with transparency');
  const png = pngBytes({ width: 3, height: 2, pixels: Uint8Array.from({ length: 18 }, (_, i) => 13 * i) });
  const name = 'http://ns.adobe.com/xap/1.0/\0';
  const text = (type: string, before: readonly number[], data: Iterable<number>) =>
    withChunks(png, [pngChunk(type, Uint8Array.from([...ascii('XML:com.adobe.xmp'), ...before, ...data]))]);
  const said = xmp(6);
  const packed = deflateSync(Buffer.from(said));
  const raw = `Raw profile type exif\0\nexif\n      26\n${Buffer.from(exifOf(6))
    .toString('hex')
    .replace(/(.{20})/g, '$1\n')}\n`;
  for (const [kind, plain, file] of [
    ['JPEG', jpeg, withSegment(jpeg, ascii(name + said))],
    ['WebP', webp, withRiffChunk(webp, 'XMP ', ascii(said))],
    ['PNG, iTXt', png, text('iTXt', [0, 0, 0, 0, 0], ascii(said))],
    ['PNG, iTXt, packed', png, text('iTXt', [0, 1, 0, 0, 0], packed)],
    ['PNG, zTXt', png, text('zTXt', [0, 0], packed)],
    ['PNG, tEXt', png, text('tEXt', [0], ascii(said))],
    ['PNG, EXIF as text', png, withChunks(png, [pngChunk('tEXt', Uint8Array.from(ascii(raw)))])],
  ] as const) {
    const [upright, found] = [await decoded(kind, plain), await decoded(kind, file)];
    assert.equal(found, turned(upright, 6), kind);
    assert.not.equal(found, upright, kind);
  }
  for (const [kind, file] of [
    ['JPEG', withSegment(withSegment(jpeg, ascii(name + said)), [...ascii('Exif\0\0'), ...exifOf(3)])],
    ['WebP', withRiffChunk(withRiffChunk(webp, 'XMP ', ascii(said)), 'EXIF', exifOf(3))],
    ['PNG', withChunks(text('iTXt', [0, 0, 0, 0, 0], ascii(said)), [pngChunk('eXIf', Uint8Array.from(exifOf(3)))])],
  ] as const) {
    const plain = { JPEG: jpeg, WebP: webp, PNG: png }[kind];
    assert.equal(await decoded(kind, file), turned(await decoded(kind, plain), 3), `${kind}: EXIF goes before`);
  }
  // A text that is damaged leaves the picture as it lies.
  assert.equal(await decoded('PNG', text('zTXt', [0, 0], packed.subarray(0, 9))), await decoded('PNG', png));
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
