/**
 * Latents brought to another size as `torch.nn.functional.interpolate(…, size, mode, antialias)` of torch 2.11 does it on the CPU
 * (ATen/native/cpu/UpSampleKernel.cpp): each axis by itself, where a new element looks, and with which weights.
 */
import type { Latents } from './latents';

const { fround } = Math;

export type Interpolation =
  | 'bilinear'
  | 'bilinear-antialiased'
  | 'bicubic'
  | 'bicubic-antialiased'
  | 'nearest'
  | 'nearest-exact';

/** Elements of the old axis, and how much of each. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** `latents` `[B, C, H, W]` as `[B, C, height, width]`. */
export function interpolated(
  { shape: [batch, channels, rows, columns], data }: Latents,
  { height, width }: { readonly height: number; readonly width: number },
  how: Interpolation,
): Latents {
  const planes = batch * channels;
  const across = along(data, [planes * rows, columns, 1], tapsOf(how, columns, width));
  const both = along(across, [planes, rows, width], tapsOf(how, rows, height));
  return { shape: [batch, channels, height, width], data: Float32Array.from(both) };
}

/** The middle one of three axes, brought to the length of `taps`; beyond its ends stands what is at them. */
function along(
  data: ArrayLike<number>,
  [outer, length, inner]: readonly [number, number, number],
  taps: readonly Taps[],
): Float64Array {
  const out = new Float64Array(outer * taps.length * inner);
  for (const [at, { first, weights }] of taps.entries())
    for (let row = 0; row < outer; row++)
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (const [k, weight] of weights.entries()) {
          const from = Math.min(Math.max(first + k, 0), length - 1);
          sum += weight * data[(row * length + from) * inner + i]!;
        }
        out[(row * taps.length + at) * inner + i] = sum;
      }
  return out;
}

function tapsOf(how: Interpolation, from: number, to: number): Taps[] {
  // A float there, as is what comes of it.
  const scale = fround(from / to);
  return Array.from({ length: to }, (_, at): Taps => {
    switch (how) {
      case 'nearest':
        return { first: Math.floor(fround(at * scale)), weights: [1] };
      case 'nearest-exact':
        return { first: Math.floor(fround(fround(at + 0.5) * scale)), weights: [1] };
      case 'bilinear': {
        const place = Math.max(fround(fround(scale * (at + 0.5)) - 0.5), 0);
        const first = Math.floor(place);
        return { first, weights: [1 - (place - first), place - first] };
      }
      case 'bicubic': {
        const place = fround(fround(scale * (at + 0.5)) - 0.5);
        const first = Math.floor(place);
        const part = place - first;
        return { first: first - 1, weights: [1 + part, part, 1 - part, 2 - part].map((x) => cubic(x, -0.75)) };
      }
      default:
        return widened(how, at, { scale, from });
    }
  });
}

/** Antialiased: the kernel as wide as an element of the longer axis, its weights brought to a sum of 1, none beyond the ends. */
function widened(
  how: 'bilinear-antialiased' | 'bicubic-antialiased',
  at: number,
  { scale, from }: { readonly scale: number; readonly from: number },
): Taps {
  const kernel = how === 'bilinear-antialiased' ? triangle : (x: number) => cubic(x, -0.5);
  const spread = Math.max(scale, 1);
  const support = (how === 'bilinear-antialiased' ? 1 : 2) * spread;
  const center = scale * (at + 0.5);
  const first = Math.max(Math.trunc(center - support + 0.5), 0);
  const end = Math.min(Math.trunc(center + support + 0.5), from);
  const raw = Array.from({ length: end - first }, (_, k) => kernel((k + first - center + 0.5) / spread));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return { first, weights: raw.map((weight) => weight / sum) };
}

const triangle = (x: number): number => Math.max(1 - Math.abs(x), 0);

/** Keys 1981, with the slope `a` at 1: torch's is -0.75, Pillow's and with antialiasing torch's -0.5. */
function cubic(signed: number, a: number): number {
  const x = Math.abs(signed);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}
