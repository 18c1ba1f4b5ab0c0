/** What the numbers of a quantized row may be. */

/** Up to so many above the lowest. */
export interface Range {
  readonly levels: number;
  readonly lowest: number;
}

/** Keys and values are up to their largest, with a sign. */
export interface AttentionNumbers {
  readonly queries: Range;
  readonly shares: Range;
  readonly largestKey: number;
  readonly largestValue: number;
}

export interface Numbers {
  /** Of one number. */
  readonly bytes: 1 | 2;
  /** Of rows of so many numbers, whose products with int8 weights are summed up in 32 bits. */
  range(channels: number): Range;
  /** The same of rows that are quantized with care; absent where those are quantized twice, or no better than others. */
  carefulRange?(channels: number): Range;
  /** Of attention by heads of so many channels, to blocks of so many keys. */
  attention(channels: number, block: number): AttentionNumbers;
  /** The largest that rows of patches may hold, whose products with transformed weights are; absent where bytes are too few. */
  readonly largestOfPatches?: (channels: number) => number;
}

/** Bytes, with or without a sign; where the machine multiplies no others exactly, of seven bits. */
export const bytesOf = (levels: 255 | 127, lowest: 0 | -128): Numbers => ({
  bytes: 1,
  ...eightBits({ levels, lowest }),
});

const eightBits = (range: Range): Pick<Numbers, 'range' | 'attention'> => ({
  range: () => range,
  attention: () => ({ queries: range, shares: range, largestKey: LARGEST_WEIGHT, largestValue: LARGEST_WEIGHT }),
});

/** Words that hold what bytes hold, or less: what machines that multiply bytes compute, on any machine. */
export const wordsOf = (levels: number): Numbers => ({
  bytes: 2,
  ...eightBits({ levels, lowest: 0 }),
  carefulRange: (channels) => WORDS.range(channels),
});

const LARGEST_SUM = 2 ** 31 - 1;
const LARGEST_WEIGHT = 127;
/** Of a 3×3 kernel that Winograd's F(2×2) has transformed, times four. */
const LARGEST_TRANSFORMED = 9 * LARGEST_WEIGHT;
const LARGEST_WORD = 2 ** 15 - 1;

/** Of keys: 12 bits, which leave queries of 160 channels 13.7. */
const LARGEST_KEY = 2 ** 11 - 1;

/** The largest that so many numbers may be whose products with others up to `by` are summed up. */
const largest = (count: number, by: number): number => Math.min(LARGEST_WORD, Math.floor(LARGEST_SUM / by / count));
const within = (half: number): Range => ({ levels: 2 * half, lowest: -half });

/** Sixteen bits, or as many as rows of that length leave: of 5120 channels 12.7. */
export const WORDS: Numbers = {
  bytes: 2,
  range: (channels) => within(largest(channels, LARGEST_WEIGHT)),
  attention: (channels, block) => ({
    queries: within(largest(channels, LARGEST_KEY)),
    // Of one sign, so that nothing is lost where large sums cancel.
    shares: { levels: LARGEST_WORD, lowest: 0 },
    largestKey: LARGEST_KEY,
    largestValue: largest(block, LARGEST_WORD),
  }),
  largestOfPatches: (channels) => largest(channels, LARGEST_TRANSFORMED),
};

/** Whether rows that are quantized with care are any better than others. */
export const makesCareOf = ({ bytes, carefulRange }: Numbers): boolean => bytes === 1 || carefulRange !== undefined;
