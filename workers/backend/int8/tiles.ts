/** How large tiles are that threads take. */

/** What a tile reads again and again should stay in the second-level cache, beside the rest. */
export const CACHED_BYTES = 512 * 1024;
/** Tiles that there should be at least, for threads to share. */
export const LEAST_TILES = 16;
/** Fewest outputs of a tile that are cut for that: of fewer, noting where rows lie is no longer little. */
const LEAST_OUTPUTS = 32;

/** Of `results` outputs those of a tile, in eights, where rows are cut into so many pieces. */
export function tileOutputs(pieces: number, results: number): number {
  let outputs = 8 * Math.ceil(results / 8);
  while (pieces * Math.ceil(results / outputs) < LEAST_TILES && outputs > LEAST_OUTPUTS)
    outputs = 8 * Math.ceil(outputs / 16);
  return outputs;
}
