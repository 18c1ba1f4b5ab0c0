/** Arguments of what is done to whole pictures. */

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

/** Of `HALVED`. Float32 rows, channels, height and width of a picture, and float32 rows of the halves. */
export const H_ROWS = 2;
export const H_CHANNELS = 3;
export const H_HEIGHT = 4;
export const H_WIDTH = 5;
export const H_OUTPUT = 6;
