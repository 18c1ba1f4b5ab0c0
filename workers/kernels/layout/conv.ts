/** Arguments of products: convolutions and linear layers, each way to compute them. */

/** Of `CONV` and `CONV_F32`. Input rows, and bytes from one to the next. */
export const C_INPUT = 2;
export const C_INPUT_STRIDE = 3;
/** `{scale, offset}` of each input row. */
export const C_PARAMS = 4;
/**
 * `[N / 8, taps, K / 4, 8, 4]` int8, of kernels in words `[N / 8, taps, K / 2, 8, 2]`; or `[N / 8, taps, K, 8]` float32. K is
 * rounded up with zeros, to fours where integers, and N to eights.
 */
export const C_WEIGHTS = 5;
/** Float32 `[N / 8, taps, 8]`: the sum over K of the int8 weights of each output. */
export const C_SUMS = 6;
/** Float32 `[N]`: what an output's int8 weights are scaled by. 0 where they are float32. */
export const C_SCALES = 7;
/** Float32 `[N]`. */
export const C_BIAS = 8;
/** Float32 `[N]` more, or 0: what a resnet adds of the time. */
export const C_MORE_BIAS = 9;
/** Float32 rows to add, or 0, and floats from one to the next. */
export const C_RESIDUAL = 10;
export const C_RESIDUAL_STRIDE = 11;
/** Float32 rows, and floats from one to the next. */
export const C_OUTPUT = 12;
export const C_OUTPUT_STRIDE = 13;
/** Rows of output, channels of output, and steps of the innermost loop: K / 4, or K for float32. */
export const C_M = 14;
export const C_N = 15;
export const C_STEPS = 16;
/** Side of the kernel. For 1 with stride 1 nothing of the geometry is read. */
export const C_SIDE = 17;
export const C_STRIDE = 18;
/** Rows and columns of zeros before the first. */
export const C_PADDING = 19;
/** Of the output. */
export const C_HEIGHT = 20;
export const C_WIDTH = 21;
/** Of the input as it lies there. */
export const C_IN_HEIGHT = 22;
export const C_IN_WIDTH = 23;
/** Of the input as the kernel sees it: enlarged, nearest neighbour. */
export const C_SEEN_HEIGHT = 24;
export const C_SEEN_WIDTH = 25;
/** A row of zeros, with `{0, 0}` before it (8 bytes). */
export const C_ZERO_ROW = 26;
/** Bytes of a tile's scratch before what depends on its size: integer sums and float sums of six rows by eight outputs. */
export const C_SUMS_BYTES = 384;
/** Rows and channels of a tile; multiples of 6 and of 8. */
export const C_TILE_ROWS = 27;
export const C_TILE_CHANNELS = 28;
/** F. The sum is multiplied by it at the end. */
export const C_FACTOR = 29;
/** 1: what is below 0 then becomes 0. */
export const C_RELU = 34;

/** What the integers of the rows leave of their numbers, quantized once more, as `C_INPUT` and `C_PARAMS`; or 0. */
export const C_REST = 30;
export const C_REST_PARAMS = 31;

/** Of `CONV_WINOGRAD`. Channels of the input, and the largest integer of a row. */
export const C_CHANNELS = 32;
export const C_HALF = 33;

/** Of `CONV_DOUBLED`. */
export const C_TILE_COLUMNS = 35;

/** Of `CONV_GATED`. `{scale, offset}` of each output row where tiles have whole rows of integers, and `C_OUTPUT_STRIDE` is bytes; or 0: they are float32. */
export const C_OUTPUT_PARAMS = 36;
/** As `R_LEVELS` and `R_LOWEST`, of these. */
export const C_LEVELS = 37;
export const C_LOWEST = 38;
/** What these leave, as `C_OUTPUT` and `C_OUTPUT_PARAMS`; or 0. */
export const C_OUTPUT_REST = 39;
export const C_OUTPUT_REST_PARAMS = 40;
