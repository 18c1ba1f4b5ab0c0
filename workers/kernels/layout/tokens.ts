/** Arguments of what joins tokens and parts them. */

/** Of `TOKEN_UNITS` … `TOKENS_PARTED`. Float32 rows `[B · T, C]`, floats from one to the next, C, and T. */
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
