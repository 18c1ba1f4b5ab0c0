/** PSNR by its definition, SSIM against scikit-image and by what must hold of any pictures. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { psnr } from '../../../../models/quantize/quality/psnr';
import { type Rgb, ssim } from '../../../../models/quantize/quality/ssim';
import { fromRoot } from '../../../root';
import { rejects } from '../../rejects';

interface Case {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly ssim: number;
}

const cases = JSON.parse(readFileSync(fromRoot('spec/vectors/similarity.json'), 'utf8')) as Case[];
const picture = ({ width, height }: Case, pixels: readonly number[]): Rgb => ({
  width,
  height,
  pixels: Uint8Array.from(pixels),
});

test("SSIM is scikit-image's", () => {
  assert.ok(cases.length >= 8);
  for (const one of cases) {
    const got = ssim(picture(one, one.a), picture(one, one.b));
    assert.ok(Math.abs(got - one.ssim) < 1e-9, `${one.name}: ${got}, expected ${one.ssim}`);
  }
});

test('SSIM is 1 of a picture and itself, less of any other, and the same both ways', () => {
  for (const one of cases) {
    const [a, b] = [picture(one, one.a), picture(one, one.b)];
    assert.ok(Math.abs(ssim(a, a) - 1) < 1e-12, one.name);
    assert.ok(ssim(a, b) < 1 && ssim(a, b) > -1, one.name);
    assert.ok(Math.abs(ssim(a, b) - ssim(b, a)) < 1e-12, one.name);
  }
});

test('SSIM does not care which way up both pictures are', () => {
  for (const one of cases) {
    const turned = (pixels: readonly number[]): Rgb => {
      const length = pixels.length / 3;
      return picture(
        one,
        Array.from(pixels, (_, i) => pixels[3 * (length - 1 - Math.floor(i / 3)) + (i % 3)]!),
      );
    };
    assert.ok(Math.abs(ssim(turned(one.a), turned(one.b)) - one.ssim) < 1e-9, one.name);
  }
});

test('SSIM refuses pictures below its window, of different sizes, and pixels that are not RGB', async () => {
  const plain = (width: number, height: number, bytes = 3): Rgb => ({
    width,
    height,
    pixels: new Uint8Array(bytes * width * height),
  });
  await rejects(() => ssim(plain(10, 20), plain(10, 20)), 'bad-argument', 'ssim', '11 pixels', '10 × 20');
  await rejects(() => ssim(plain(12, 20), plain(20, 12)), 'bad-argument', '12 × 20', '20 × 12');
  await rejects(() => ssim(plain(12, 20, 4), plain(12, 20, 4)), 'bad-argument', 'ssim', '960 bytes');
  await rejects(() => ssim(plain(12, 20), plain(12, 19)), 'bad-argument', 'ssim', '720', '684');
});

test('PSNR: one level everywhere is 20 log10 255, black on white 0 dB, equal pictures have no noise', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i % 250);
  assert.ok(
    Math.abs(
      psnr(
        bytes,
        bytes.map((value) => value + 1),
      ) -
        20 * Math.log10(255),
    ) < 1e-12,
  );
  assert.is(psnr(new Uint8Array(12), new Uint8Array(12).fill(255)), 0);
  assert.is(psnr(bytes, bytes.slice()), Number.POSITIVE_INFINITY);
});

test('PSNR: ten times the error costs 20 dB', () => {
  const gray = new Uint8Array(300).fill(100);
  const off = (levels: number): number =>
    psnr(
      gray,
      gray.map((value, i) => value + (i % 2 ? levels : -levels)),
    );
  assert.ok(Math.abs(off(5) - off(50) - 20) < 1e-12);
});

test('PSNR refuses pictures of different sizes', async () => {
  await rejects(() => psnr(new Uint8Array(12), new Uint8Array(15)), 'bad-argument', 'psnr', '12', '15');
});

test.run();
