/**
 * Structural similarity of 8-bit pictures: Wang, Bovik, Sheikh and Simoncelli, Image Quality Assessment, 2004, equation
 * 13, with their Gaussian window of 11 × 11, σ 1.5, K1 0.01, K2 0.03; the mean over the windows that lie wholly inside,
 * channel by channel. As scikit-image 0.26's `structural_similarity` with `gaussian_weights`, without `use_sample_covariance`.
 */
import { CodedError } from '../../errors';
import { sameLength } from './sameLength';

const SIDE = 11;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** RGB, three bytes a pixel, row by row from the top. */
export interface Rgb {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** 1 where the pictures are equal, about 0 where they have nothing in common. `bad-argument` where sizes differ or a side is below 11. */
export function ssim(a: Rgb, b: Rgb): number {
  const { width, height } = a;
  sameLength('ssim', a.pixels, b.pixels);
  if (width !== b.width || height !== b.height || a.pixels.length !== 3 * width * height) {
    throw sizes(`two pictures of ${width} × ${height}`, `${b.width} × ${b.height}, ${a.pixels.length} bytes`);
  }
  if (Math.min(width, height) < SIDE) throw sizes(`${SIDE} pixels a side and more`, `${width} × ${height}`);
  const channels = [0, 1, 2].map((channel) => channelSsim(plane(a, channel), plane(b, channel), width, height));
  return channels.reduce((sum, value) => sum + value, 0) / channels.length;
}

const sizes = (expected: string, got: string): CodedError =>
  new CodedError('bad-argument', { argument: 'ssim', expected, got });

const plane = ({ pixels }: Rgb, channel: number): Float64Array =>
  Float64Array.from({ length: pixels.length / 3 }, (_, i) => pixels[3 * i + channel]!);

function channelSsim(a: Float64Array, b: Float64Array, width: number, height: number): number {
  const smooth = (of: (i: number) => number): Float64Array =>
    windowed(
      Float64Array.from(a, (_, i) => of(i)),
      width,
      height,
    );
  const [meanA, meanB] = [smooth((i) => a[i]!), smooth((i) => b[i]!)];
  const [squaresA, squaresB] = [smooth((i) => a[i]! ** 2), smooth((i) => b[i]! ** 2)];
  const products = smooth((i) => a[i]! * b[i]!);
  let sum = 0;
  for (let i = 0; i < products.length; i++) {
    const [x, y] = [meanA[i]!, meanB[i]!];
    const [varianceX, varianceY, covariance] = [squaresA[i]! - x * x, squaresB[i]! - y * y, products[i]! - x * y];
    const likeness = (2 * x * y + C1) * (2 * covariance + C2);
    sum += likeness / ((x * x + y * y + C1) * (varianceX + varianceY + C2));
  }
  return sum / products.length;
}

const WINDOW = gaussian();

function gaussian(): Float64Array {
  const weights = Float64Array.from({ length: SIDE }, (_, i) => Math.exp(-(((i - (SIDE - 1) / 2) / SIGMA) ** 2) / 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The Gaussian means around every pixel whose window lies inside: `[height − 10, width − 10]`. */
function windowed(plane: Float64Array, width: number, height: number): Float64Array {
  const [across, down] = [width - SIDE + 1, height - SIDE + 1];
  const rows = new Float64Array(across * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < across; x++) rows[y * across + x] = weighted(plane, y * width + x, 1);
  const means = new Float64Array(across * down);
  for (let i = 0; i < means.length; i++) means[i] = weighted(rows, i, across);
  return means;
}

/** WINDOW over numbers `stride` apart, from `begin` on. */
function weighted(numbers: Float64Array, begin: number, stride: number): number {
  let sum = 0;
  for (let k = 0; k < SIDE; k++) sum += WINDOW[k]! * numbers[begin + k * stride]!;
  return sum;
}
