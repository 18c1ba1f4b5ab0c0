/** Arguments of group norms. */

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
