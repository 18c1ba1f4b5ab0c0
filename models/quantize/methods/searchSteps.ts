/**
 * Scales of blocks that are whole multiples of their row's, 1 to 16: four-bit integers times these multiples are eight-bit
 * integers under the row's scale, so that whoever computes in eight bits computes these (Qualcomm's "low power blockwise
 * quantization" has the same numbers).
 */
import { nearestInteger } from '../rounding';
import { groupOf, type Layer, type Rounded } from './layer';
import { bestScale, loudnessOf, ROWS, searchScales } from './searchScales';
import { slices } from './slices';
import { advancing, type Work } from './work';

/** The largest multiple: sevenfold it is within ±127. */
export const MOST_STEPS = 16;

/**
 * `from` on the best such scales, as `searchScales` judges them: a row's is a sixteenth of the largest of its best. Progress counts
 * rows, twice.
 */
export async function searchSteps(layer: Layer, from: Rounded, work: Work): Promise<Rounded> {
  const { weights, columns, rows } = layer;
  const advance = advancing(work, 2 * rows);
  const { progress: _, ...silent } = work;
  const free = await searchScales(layer, from, silent);
  await advance(rows);
  const group = groupOf(free);
  const blocks = columns / group;
  const loudness = loudnessOf(layer);
  const [values, scales] = [new Int8Array(weights.length), new Float32Array(free.scales.length)];
  const steps = new Uint8Array(scales.length);
  for (const slice of slices(rows, ROWS)) {
    for (let row = slice.top; row < slice.top + slice.rows; row++) {
      let largest = 0;
      for (let run = row * blocks; run < (row + 1) * blocks; run++) {
        // A block of zeros has the scale 1, which says nothing of its row.
        if (free.values.subarray(run * group, (run + 1) * group).some((value) => value !== 0))
          largest = Math.max(largest, free.scales[run]!);
      }
      if (largest === 0) largest = 1;
      // The largest first, which cuts nothing off where no input says what is better.
      const tried = Array.from({ length: MOST_STEPS }, (_, i) =>
        Math.fround(((MOST_STEPS - i) * largest) / MOST_STEPS),
      );
      for (let block = 0; block < blocks; block++) {
        const run = row * blocks + block;
        const some = weights.subarray(run * group, (run + 1) * group);
        const scale = bestScale(some, loudness.subarray(block * group, (block + 1) * group), tried, free.most);
        scales[run] = scale;
        steps[run] = MOST_STEPS - tried.indexOf(scale);
        for (let i = 0; i < group; i++) values[run * group + i] = nearestInteger(some[i]! / scale, free.most);
      }
    }
    await advance(slice.rows);
  }
  return { values, scales, most: free.most, steps };
}
