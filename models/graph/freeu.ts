/**
 * FreeU, Si et al. 2023 (arXiv 2309.11497), equations 5 to 8, as `apply_freeu` of diffusers 0.42.1 (utils/torch_utils.py) has it: in the two
 * coarsest stages of the way up, half of the channels that come from below are scaled up, and the lowest frequencies of those that come
 * across are scaled down. What is scaled by 1 is not described at all.
 */
import { type Layers, pictureShape, type Value } from './layers';

/** Factors of what comes from below and of what comes across, in the coarsest stage (1) and the next (2). */
export type FreeU = readonly [b1: number, b2: number, s1: number, s2: number];

/** `below` and `across`, as stage `step` of the way up (0 is the coarsest) joins them. */
export function freed(
  net: Layers,
  freeu: FreeU | undefined,
  step: number,
  below: Value,
  across: Value,
): [Value, Value] {
  if (!freeu || step > 1) return [below, across];
  const [backbone, skip] = step === 0 ? [freeu[0], freeu[2]] : [freeu[1], freeu[3]];
  const [, channels] = pictureShape(below);
  return [
    backbone === 1 ? below : net.scaleFirst(below, Math.floor(channels / 2), backbone),
    skip === 1 ? across : net.scaleLowest(across, skip),
  ];
}

/**
 * Functions on the pixels of a picture, `[k, height · width]`, whose products with themselves, summed up and divided by the pixels, take out of
 * a picture what it has at the frequencies 0 and -1 across and down: the four that diffusers' filter of threshold 1 scales, of whose results it
 * keeps the real part. A side of one pixel has 0 alone.
 */
export function lowestFrequencies(height: number, width: number): Float32Array[] {
  const of = (length: number): number[] => (length > 1 ? [0, -1] : [0]);
  const waves = of(height).flatMap((down) => of(width).map((across) => [down, across] as const));
  return waves.flatMap(([down, across]) => {
    const wave = (shape: (angle: number) => number): Float32Array =>
      Float32Array.from({ length: height * width }, (_, i) => {
        const [y, x] = [Math.floor(i / width), i % width];
        return shape(2 * Math.PI * ((down * y) / height + (across * x) / width));
      });
    return down === 0 && across === 0 ? [wave(Math.cos)] : [wave(Math.cos), wave(Math.sin)];
  });
}
