/** How wide and high a picture may be, for all that sizes come in by: files, what a page has kept, requests. */

/** Pixels that a latent is wide, and that pictures are multiples of. */
const STEP = 8;
export const LONGEST_SIDE = 2048;

/** Whether `value` is pixels of a picture's side. */
export const isSide = (value: unknown): value is number =>
  typeof value === 'number' && value % STEP === 0 && value >= STEP && value <= LONGEST_SIDE;

/** How many times as large the second of two passes may be. */
export const HIRES_SCALES = [1, 8] as const;

export const isHiresScale = (value: number): boolean => value >= HIRES_SCALES[0] && value <= HIRES_SCALES[1];
