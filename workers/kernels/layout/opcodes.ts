/** What a record has done: every opcode, so that no two are the same number. Arguments stand in the files beside this one. */

/** A convolution or a linear layer: quantized rows times int8 weights. */
export const CONV = 1;
/** The same over float32 rows and weights. */
export const CONV_F32 = 2;
/** Rows to rows: a norm or an activation on the way, quantized or not. */
export const ROWS = 3;
/** What a part of the rows holds for each group of channels: mean and sum of squared deviations. */
export const GROUP_MOMENTS = 4;
/** From these for each channel what normalizes it: factor and summand. */
export const GROUP_AFFINE = 5;
/** Keys and values laid out for `ATTENTION`. */
export const PACK_HEADS = 6;
/** softmax(q kᵀ / sqrt(d)) v for each head. */
export const ATTENTION = 7;
/** One float32 row times int8 weights: what is computed too seldom to be worth rounding. Arguments as of `CONV`. */
export const VECTOR = 8;
/** The same as `PACK_HEADS` and `ATTENTION` in integers. */
export const PACK_HEADS_INTEGERS = 9;
export const ATTENTION_INTEGERS = 10;
/**
 * A 3×3 convolution by Winograd's F(2×2), of kernels in words. Arguments as of `CONV`, but: input rows are float32, M counts
 * patches, of which each makes two by two pixels, and so do rows of a tile; of integers no range is given but their largest.
 */
export const CONV_WINOGRAD = 11;
/** Rows of pictures, with what each channel has at a few functions added to it so many times. A tile is four channels of a picture. */
export const LOWEST = 12;
/**
 * Tokens found alike, joined, and parted again (models/graph/tokenMerging.ts): destinations as unit vectors; for each source the
 * likest of them; places; means; and back.
 */
export const TOKEN_UNITS = 13;
export const TOKEN_MATCHES = 14;
export const TOKEN_PLACES = 15;
export const TOKENS_MERGED = 16;
export const TOKENS_PARTED = 17;
/** Pictures of half the height and width, rounded up: means of two by two pixels, of those that are there. A tile is a row of pixels. */
export const HALVED = 18;
/**
 * A 3×3 convolution of a picture seen twice as high and wide as it lies there (assembly/doubled.ts). Arguments as of `CONV`,
 * but rows of a tile are the picture's own, of so many columns.
 */
export const CONV_DOUBLED = 19;
/**
 * A linear layer of 2N outputs, the first N of them times gelu of the others, N a multiple of 8. Arguments as of `CONV` without
 * anything that is added to outputs, but N counts what is left, as do channels of a tile.
 */
export const CONV_GATED = 20;
