/** Arguments of `ROWS`, and what may happen to a row. */

/** Of `ROWS`. Float32 rows, floats from one to the next, channels. */
export const R_A = 2;
export const R_A_STRIDE = 3;
export const R_A_CHANNELS = 4;
/** Rows that stand beside those of A, or 0. */
export const R_B = 5;
export const R_B_STRIDE = 6;
export const R_B_CHANNELS = 7;
export const R_M = 8;
/** One of `PLAIN` … `GEGLU`. */
export const R_TRANSFORM = 9;
/** For `AFFINE`: `[B, 2, C]`, and rows of one of B. For `LAYER_NORM`: `[2, C]`, weight and bias. */
export const R_AFFINE = 10;
export const R_PICTURE_ROWS = 11;
/** F. */
export const R_EPSILON = 12;
/** Integers where `R_PARAMS`, else float32; bytes from one row to the next. What is over a row's channels becomes zeros. */
export const R_OUTPUT = 13;
export const R_OUTPUT_STRIDE = 14;
export const R_PARAMS = 15;
export const R_TILE_ROWS = 16;
/** What a row's integers may be: up to so many above the lowest. */
export const R_LEVELS = 17;
export const R_LOWEST = 18;
/** Float32 rows to add before anything else, or 0, as A's. */
export const R_ADD = 19;
export const R_ADD_STRIDE = 20;
/** F. The result is multiplied by the one, and the other is added. Of `PLAIN` rows alone. */
export const R_FACTOR = 21;
export const R_SUMMAND = 24;
/** Float32 `[M]`, what each row is multiplied by, or 0. Of `PLAIN` rows alone. */
export const R_ROW_FACTORS = 25;
/** What the integers leave of the numbers, as integers and their params in turn; or 0. */
export const R_REST = 22;
export const R_REST_PARAMS = 23;

export const PLAIN = 0;
/** Each channel times a factor plus a summand: a group norm. */
export const AFFINE = 1;
/** The same, then x · sigmoid(x). */
export const AFFINE_SILU = 2;
export const LAYER_NORM = 3;
export const SILU = 4;
export const GELU = 5;
export const QUICK_GELU = 6;
/** Of 2C channels, the first C times gelu of the others. */
export const GEGLU = 7;
/** max(x, 0). */
export const RELU = 8;
export const TANH = 9;
