/**
 * Pillow 13's `GaussianBlur` (libImaging/BoxBlur.c): three boxes across and three down, each as wide as Gwosdek et al. 2011, "Theoretical
 * Foundations of Gaussian Convolution by Extended Box Filtering", have it, with a part of a pixel at either end; in integers of 24 bits.
 */

const { fround } = Math;
const PASSES = 3;
const ONE = 2 ** 24;

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** `pixels` `[height, width, channels]`, 8-bit, blurred by `radius`, the standard deviation in pixels; at 0 it is itself. */
export function gaussianBlur(pixels: Uint8Array, { width, height, channels }: Shape, radius: number): Uint8Array {
  if (radius === 0) return pixels;
  const box = boxRadius(radius);
  let blurred = pixels;
  for (let pass = 0; pass < PASSES; pass++) blurred = along(blurred, [height, width, channels], box);
  // Down is across with whole rows for channels.
  for (let pass = 0; pass < PASSES; pass++) blurred = along(blurred, [1, height, width * channels], box);
  return blurred;
}

/** Of the box, equations 7, 11 and 14 there, in floats. */
function boxRadius(radius: number): number {
  const sigma2 = fround(fround(fround(radius) * fround(radius)) / PASSES);
  const length = fround(Math.sqrt(12 * sigma2 + 1));
  const whole = fround(Math.floor((length - 1) / 2));
  const over = fround(fround(2 * whole + 1) * fround(fround(whole * fround(whole + 1)) - fround(3 * sigma2)));
  const under = fround(6 * fround(sigma2 - fround(fround(whole + 1) * fround(whole + 1))));
  return fround(whole + fround(over / under));
}

/** Along the middle one of three axes; beyond its ends stands what is at them. */
function along(
  pixels: Uint8Array,
  [outer, length, inner]: readonly [number, number, number],
  radius: number,
): Uint8Array {
  const whole = Math.trunc(radius);
  const weight = Math.trunc(fround(ONE / fround(fround(radius * 2) + 1)));
  const far = Math.floor((ONE - (2 * whole + 1) * weight) / 2);
  const out = new Uint8Array(pixels.length);
  const place = (at: number): number => inner * Math.min(Math.max(at, 0), length - 1);
  for (let row = 0; row < outer; row++)
    for (let i = 0; i < inner; i++) {
      const start = row * length * inner + i;
      let sum = 0;
      for (let at = -whole - 1; at < whole; at++) sum += pixels[start + place(at)]!;
      for (let at = 0; at < length; at++) {
        const [before, after] = [pixels[start + place(at - whole - 1)]!, pixels[start + place(at + whole)]!];
        sum += after - before;
        const bulk = sum * weight + (before + pixels[start + place(at + whole + 1)]!) * far;
        out[start + at * inner] = Math.floor((bulk + ONE / 2) / ONE);
      }
    }
  return out;
}
