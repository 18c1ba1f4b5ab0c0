/** Ways to draw the same picture, from the fastest to the one that takes the least memory. */

/** How much memory a drawing may take: `auto` asks the plan, `low` streams the UNet's weights whatever the device has. */
export const MEMORY_MODES = ['auto', 'normal', 'low'] as const;
export type MemoryMode = (typeof MEMORY_MODES)[number];

/**
 * In how many segments the UNet's weights are streamed, 1 being not at all. Best first: all of streaming costs the time to
 * read and open the UNet in each step. Smaller strips and chunks are no courses: beside the weights, they are noise.
 */
export const COURSES: Readonly<Record<MemoryMode, readonly number[]>> = {
  auto: [1, 2, 4, 8],
  normal: [1],
  low: [4, 8],
};
