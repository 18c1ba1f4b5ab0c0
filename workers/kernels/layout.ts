/**
 * How a program lies in memory, for both sides: the TypeScript that writes it and the AssemblyScript that runs it. Plain
 * constants, so that both languages read the same files: this one, and in layout/ one for each kind of record.
 *
 * A program is a row of records of `RECORD_BYTES` each: words of 32 bits, the first two the same in every record, the rest
 * arguments by the indexes below. Addresses are bytes in the one memory; F marks a float32. Pictures lie channels last,
 * `[B, H, W, C]`, and are rows of C numbers like tokens, one row a pixel. A quantized row is integers, of 8 or
 * of 16 bits by the kernels' form, and beside it `{scale, offset}`, two float32: number i of it is scale · integer i + offset.
 */

export const RECORD_WORDS = 42;
export const RECORD_BYTES = 4 * RECORD_WORDS;

/** What to do (layout/opcodes.ts). */
export const OPCODE = 0;
/** How many tiles the work is cut into; any thread may do any tile. */
export const TILES = 1;

/**
 * Of the state: for each record the next tile and how many threads are through; before them the record that failed, plus 1, and
 * where a thread was missed, its negative.
 */
export const STATE_FAILED = 0;
export const STATE_FIRST = 64;
export const STATE_BYTES = 8;

export * from './layout/attention';
export * from './layout/conv';
export * from './layout/groupNorm';
export * from './layout/opcodes';
export * from './layout/pictures';
export * from './layout/rows';
export * from './layout/tokens';
