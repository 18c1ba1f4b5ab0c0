/** What the numbers of a quantized row may be. */

/** Up to so many above the lowest. */
export interface Range {
  readonly levels: number;
  readonly lowest: number;
}

export interface Numbers {
  /** Of one number. */
  readonly bytes: 1 | 2;
  /** Of rows of so many numbers, whose products with int8 weights are summed up in 32 bits. */
  range(channels: number): Range;
  /** The largest that rows of patches may hold, whose products with transformed weights are; absent where bytes are too few. */
  readonly largestOfPatches?: (channels: number) => number;
}

/** Bytes, with or without a sign; where the machine multiplies no others exactly, of seven bits. */
export const bytesOf = (levels: 255 | 127, lowest: 0 | -128): Numbers => ({
  bytes: 1,
  range: () => ({ levels, lowest }),
});

/** Words that hold what bytes hold, or less: what machines that multiply bytes compute, on any machine. */
export const wordsOf = (levels: number): Numbers => ({ bytes: 2, range: () => ({ levels, lowest: 0 }) });

const LARGEST_SUM = 2 ** 31 - 1;
const LARGEST_WEIGHT = 127;
/** Of a 3×3 kernel that Winograd's F(2×2) has transformed, times four. */
const LARGEST_TRANSFORMED = 9 * LARGEST_WEIGHT;
const LARGEST_WORD = 2 ** 15 - 1;

/** Sixteen bits, or as many as rows of that length leave: of 5120 channels 12.7. */
export const WORDS: Numbers = {
  bytes: 2,
  range(channels) {
    const half = Math.min(LARGEST_WORD, Math.floor(LARGEST_SUM / LARGEST_WEIGHT / channels));
    return { levels: 2 * half, lowest: -half };
  },
  largestOfPatches: (channels) => Math.min(LARGEST_WORD, Math.floor(LARGEST_SUM / LARGEST_TRANSFORMED / channels)),
};
