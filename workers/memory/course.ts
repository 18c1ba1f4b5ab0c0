/** Ways to draw the same picture, from the fastest to the one that takes the least memory. */

/** How much memory a drawing may take: `auto` asks the plan, `low` streams the UNet's weights whatever the device has. */
export const MEMORY_MODES = ['auto', 'normal', 'low'] as const;
export type MemoryMode = (typeof MEMORY_MODES)[number];

export interface Course {
  /** In how many segments the UNet's weights are streamed, 1 being not at all: the time to read and open them in each step. */
  readonly segments: number;
  /** Whether a run gives back each buffer at once, rather than keep it for values of the same shape. */
  readonly lean: boolean;
}

const WHOLE: readonly Course[] = [
  { segments: 1, lean: false },
  { segments: 1, lean: true },
];
const streamed = (...list: readonly number[]): Course[] => list.map((segments) => ({ segments, lean: true }));

/** Best first. Smaller strips and chunks are no courses: beside the weights, they are noise. */
export const COURSES: Readonly<Record<MemoryMode, readonly Course[]>> = {
  auto: [...WHOLE, ...streamed(2, 4, 8)],
  normal: WHOLE,
  low: streamed(4, 8),
};
