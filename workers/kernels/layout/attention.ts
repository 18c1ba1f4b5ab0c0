/** Arguments of attention, in float32 and in integers. */

/** Of `PACK_HEADS` and `ATTENTION`. Float32 rows `[B · T, …]`, floats from one to the next. */
export const A_Q = 2;
export const A_Q_STRIDE = 3;
export const A_K = 4;
export const A_K_STRIDE = 5;
export const A_V = 6;
export const A_V_STRIDE = 7;
export const A_HEADS = 9;
/** Channels of a head. */
export const A_WIDTH = 10;
/** Queries and keys of a picture. */
export const A_QUERIES = 11;
export const A_KEYS = 12;
/** Float32 `[B, heads, keys / 8, d, 8]`. */
export const A_PACKED_KEYS = 13;
/** Float32 `[B, heads, d / 8, keys, 8]`. */
export const A_PACKED_VALUES = 14;
export const A_OUTPUT = 15;
export const A_OUTPUT_STRIDE = 16;
/** 1: query i sees keys 0 … i. */
export const A_CAUSAL = 17;
/** Queries of a tile, a multiple of 6, and keys that are looked at at once, of 8. */
export const A_TILE_QUERIES = 18;
export const A_TILE_KEYS = 19;
/** F. What products are multiplied by: 1 / sqrt(d). */
export const A_FACTOR = 20;

/**
 * In integers: a head's keys are `[keys / 8, d / 4, 8, 4]` int8, then for each eight of them eight scales and eight sums times
 * scale, float32; of its values every 128 keys have `[d / 8, 32, 8, 4]` int8, then scales and such sums of the channels. In
 * words `[keys / 8, d / 2, 8, 2]` and `[d / 8, 64, 8, 2]`.
 */
export const A_BLOCK_KEYS = 128;
/** As `R_LEVELS` and `R_LOWEST`. */
export const A_LEVELS = 21;
export const A_LOWEST = 22;
/** The same of what a query gives to its keys. */
export const A_SHARE_LEVELS = 23;
export const A_SHARE_LOWEST = 24;
/** F. The logarithm of `A_SHARE_LEVELS` to the base 2. */
export const A_SHARE_BITS = 27;
/** Keys and values are integers up to so many, with a sign. */
export const A_LARGEST_KEY = 25;
export const A_LARGEST_VALUE = 26;
