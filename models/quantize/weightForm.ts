/** In which numbers a model's weights are stored. */

/**
 * - `exact`: the checkpoint's own numbers.
 * - `fp16`: matrices and kernels rounded to half precision where they were wider.
 * - `int8`: matrices and kernels as int8, one scale for each output channel; the first and last layers as they were.
 * - `int4`: as `int8`, and linear layers in four bits, one scale for each 32 numbers of an output channel; what `npm run quantize` has
 *   made may have some of them in eight, and kernels in four (quantize/plan.ts).
 */
export type WeightForm = 'exact' | 'fp16' | 'int8' | 'int4';

export const WEIGHT_FORMS = ['exact', 'fp16', 'int8', 'int4'] as const satisfies readonly WeightForm[];
