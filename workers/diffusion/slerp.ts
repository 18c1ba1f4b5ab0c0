/**
 * Noise between two noises, as stable-diffusion-webui mixes a variation seed in (`slerp` of `modules/rng.py`): on the arc
 * between them, each column of each channel by itself, since the norms there run over dimension 1 of `[C, H, W]`.
 */
import type { Latents } from './latents';

/**
 * Two noises are as good as at right angles, but columns of one row, of a picture 8 pixels high, are numbers, with no arc between them:
 * the original divides 0 by 0. They take the quarter of a turn, which leaves a sum of normals a normal.
 */
const QUARTER = Math.PI / 2;

/** Beyond this mean cosine they are as good as parallel, and the original mixes them in a line, by the other's part. */
const PARALLEL = 0.9995;

/** `strength` in [0, 1]: 0 is `low`, 1 is `high`. Shapes `[1, C, H, W]`. */
export function slerp(strength: number, low: Latents, high: Latents): Latents {
  const [, , height, width] = low.shape;
  const data = new Float32Array(low.data.length);
  const columns = Array.from({ length: low.data.length / height }, (_, column) => {
    const start = Math.floor(column / width) * height * width + (column % width);
    return Array.from({ length: height }, (_, row) => start + row * width);
  });
  const cosines = columns.map((column) => cosine(column, low.data, high.data));
  const parallel = height > 1 && cosines.reduce((sum, each) => sum + each, 0) / cosines.length > PARALLEL;
  for (const [i, column] of columns.entries()) {
    const angle = height > 1 ? Math.acos(cosines[i]!) : QUARTER;
    const [ofLow, ofHigh] = parallel
      ? [strength, 1 - strength]
      : [Math.sin((1 - strength) * angle) / Math.sin(angle), Math.sin(strength * angle) / Math.sin(angle)];
    for (const at of column) data[at] = ofLow * low.data[at]! + ofHigh * high.data[at]!;
  }
  return { shape: low.shape, data };
}

function cosine(column: readonly number[], a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => column.reduce((sum, at) => sum + x[at]! * y[at]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
