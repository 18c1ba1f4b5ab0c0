/**
 * How a program lies in memory, for both sides: the TypeScript that writes it and the AssemblyScript that runs it. Plain
 * constants, so that both languages read this one file.
 *
 * A program is a row of records of `RECORD_BYTES` each: words of 32 bits, the first two the same in every record, the rest
 * arguments by the indexes below. Addresses are bytes in the one memory; F marks a float32. Pictures lie channels last,
 * `[B, H, W, C]`, and are rows of C numbers like tokens, one row a pixel. A quantized row is integers, of 8 or
 * of 16 bits by the kernels' form, and beside it `{scale, offset}`, two float32: number i of it is scale · integer i + offset.
 */

export const RECORD_WORDS = 42;
export const RECORD_BYTES = 4 * RECORD_WORDS;

/** What to do. */
export const OPCODE = 0;
/** How many tiles the work is cut into; any thread may do any tile. */
export const TILES = 1;

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
/** The same as `PACK_HEADS` and `ATTENTION` in integers. */
export const PACK_HEADS_INTEGERS = 9;
export const ATTENTION_INTEGERS = 10;
/** One float32 row times int8 weights: what is computed too seldom to be worth rounding. Arguments as of `CONV`. */
export const VECTOR = 8;

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

/**
 * A 3×3 convolution by Winograd's F(2×2), of kernels in words. Arguments as of `CONV`, but: input rows are float32, M counts
 * patches, of which each makes two by two pixels, and so do rows of a tile; of integers no range is given but their largest.
 */
export const CONV_WINOGRAD = 11;
export const C_CHANNELS = 32;
export const C_HALF = 33;

/**
 * A 3×3 convolution of a picture seen twice as high and wide as it lies there (assembly/doubled.ts). Arguments as of `CONV`,
 * but rows of a tile are the picture's own, of so many columns.
 */
export const CONV_DOUBLED = 19;
export const C_TILE_COLUMNS = 35;

/**
 * A linear layer of 2N outputs, the first N of them times gelu of the others, N a multiple of 8. Arguments as of `CONV` without
 * anything that is added to outputs, but N counts what is left, as do channels of a tile.
 */
export const CONV_GATED = 20;
/** `{scale, offset}` of each output row where tiles have whole rows of integers, and `C_OUTPUT_STRIDE` is bytes; or 0: they are float32. */
export const C_OUTPUT_PARAMS = 36;
/** As `R_LEVELS` and `R_LOWEST`, of these. */
export const C_LEVELS = 37;
export const C_LOWEST = 38;
/** What these leave, as `C_OUTPUT` and `C_OUTPUT_PARAMS`; or 0. */
export const C_OUTPUT_REST = 39;
export const C_OUTPUT_REST_PARAMS = 40;

/** Rows of pictures, with what each channel has at a few functions added to it so many times. A tile is four channels of a picture. */
export const LOWEST = 12;
/** Of `LOWEST`, besides `R_A` … `R_A_CHANNELS`. Rows of a picture. */
export const L_PICTURE_ROWS = 8;
/** Float32 `[count, rows]`, and count. */
export const L_BASIS = 9;
export const L_COUNT = 10;
/** F. */
export const L_FACTOR = 11;
/** Float32 rows, and floats from one to the next. */
export const L_OUTPUT = 12;
export const L_OUTPUT_STRIDE = 13;

/**
 * Tokens found alike, joined, and parted again (models/graph/tokenMerging.ts): destinations as unit vectors; for each source the
 * likest of them; places; means; and back.
 */
export const TOKEN_UNITS = 13;
export const TOKEN_MATCHES = 14;
export const TOKEN_PLACES = 15;
export const TOKENS_MERGED = 16;
export const TOKENS_PARTED = 17;

/** Of these. Float32 rows `[B · T, C]`, floats from one to the next, C, and T. */
export const T_ROWS = 2;
export const T_STRIDE = 3;
export const T_CHANNELS = 4;
export const T_TOKENS = 5;
/** Int32 lists of tokens, and how long they are. */
export const T_SOURCES = 6;
export const T_SOURCE_COUNT = 7;
export const T_DESTINATIONS = 8;
export const T_DESTINATION_COUNT = 9;
/** How many sources are joined to a destination. */
export const T_MERGED = 10;
/** Float32 `[B, D / 8, C, 8]`, the last destination over and over where there are none. */
export const T_UNITS = 11;
/** `[B, S]` of `{likeness, destination}`, float32 and int32. */
export const T_MATCHES = 12;
/** Int32 `[B, T]`: the row, counted over all pictures, that a token goes to. */
export const T_PLACES = 13;
/** Float32: for each of these rows 1 over the tokens that go to it. Rows of a picture. */
export const T_SHARES = 14;
export const T_LEFT = 15;
/** Float32 rows, and floats from one to the next. */
export const T_OUTPUT = 16;
export const T_OUTPUT_STRIDE = 17;
/** Rows of a tile, or of `TOKENS_MERGED` channels. */
export const T_TILE = 18;

/** Pictures of half the height and width, rounded up: means of two by two pixels, of those that are there. A tile is a row of pixels. */
export const HALVED = 18;
/** Of `HALVED`. Float32 rows, channels, height and width of a picture, and float32 rows of the halves. */
export const H_ROWS = 2;
export const H_CHANNELS = 3;
export const H_HEIGHT = 4;
export const H_WIDTH = 5;
export const H_OUTPUT = 6;

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

/** Of `GROUP_MOMENTS` and `GROUP_AFFINE`, besides `R_A` … `R_B_CHANNELS`. Rows of a picture. */
export const G_PICTURE_ROWS = 8;
export const G_GROUPS = 10;
/** Rows of a part, and parts of a picture. */
export const G_PART_ROWS = 11;
export const G_PARTS = 12;
/** Float64 `[B, parts, groups, 2]`. */
export const G_MOMENTS = 13;
/** Float32 `[C]`. */
export const G_WEIGHT = 14;
export const G_BIAS = 15;
/** F. */
export const G_EPSILON = 16;
/** Float32 `[B, 2, C]`. */
export const G_AFFINE = 17;

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

/** Of the state: for each record the next tile and how many threads are through; before them the record that failed, plus 1; where a thread was missed, its negative. */
export const STATE_FAILED = 0;
export const STATE_FIRST = 64;
export const STATE_BYTES = 8;
