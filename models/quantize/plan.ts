/**
 * Which tensors of a weights file a parameter of the checkpoint becomes: the layout that the graphs read it in and the
 * numbers it is stored in. A layout other than the checkpoint's is part of the packed tensor's name:
 *
 *   `x.weight`          as the checkpoint has it
 *   `x.weight/taps`     3×3 kernels `[9, C, K]`, so that C × K matrices multiply pixels that lie channels last
 *   `x.weight/columns`  linear layers `[C, K]`, int8
 *   `x.weight/rows`     embedding tables `[rows, width]`, int8
 *   `x.weight/blocks`   linear layers `[K, C / 32, 16]`, two four-bit numbers in a byte, the earlier one low
 *   `x.weight/scales`   float32: of each K (`taps`, `columns`, `nibbles`), of each row, of each block `[K, C / 32]`
 *   `x.weight/nibbles`  3×3 kernels `[K, 9 · C / 2]`, two four-bit numbers in a byte, the earlier one low, in the checkpoint's order
 *   `x.weight/steps`    bytes `[K, C / 4]`: what the integers of four channels' taps are multiples of, 1 to 16. Four-bit numbers
 *                       times their steps are int8, and that is what kernels are computed with (unfolded.ts)
 */
import type { Parameter } from '../graph/parameters';
import type { PackedTensor } from '../stage';
import type { WeightForm } from './weightForm';

export type Layout = 'plain' | 'taps' | 'columns' | 'rows' | 'blocks' | 'scales' | 'nibbles' | 'steps';
export type PlannedTensor = Pick<PackedTensor, 'name' | 'dtype' | 'shape'>;

/** Numbers that share a scale in four bits: ONNX Runtime's `MatMulNBits` computes with blocks of 32 and more. */
export const BLOCK = 32;

/** Numbers of a kernel that share steps in four bits: four channels' nine taps. */
export const KERNEL_BLOCK = 36;

/** A weight's form, or that of a kernel that somebody has rounded to four bits times steps. */
export type PlannedForm = WeightForm | 'steps4';

/** Whether a 3×3 kernel can be stored in four bits and steps. */
export const hasSteps = ([, channels, height, width]: readonly number[]): boolean =>
  height === 3 && width === 3 && (9 * channels!) % KERNEL_BLOCK === 0;

/** What a weight that is stored in so many bits is called in a plan. */
export const integerForm = (shape: readonly number[], bits: 8 | 4): PlannedForm =>
  bits === 8 ? 'int8' : hasSteps(shape) ? 'steps4' : 'int4';

/** Whether a weight can be stored in four bits: a row of it is whole blocks of inputs, and no kernel of more than a pixel. */
export const hasBlocks = ([rows, columns, ...kernel]: readonly number[]): boolean =>
  rows !== undefined && columns! % BLOCK === 0 && kernel.every((side) => side === 1);

/** Layers whose input or output is the picture itself, or the model's: few numbers, much seen. */
const WIDE = /(^|\.)(conv_in|conv_out|quant_conv|post_quant_conv)\.|position_embedding/;
/** The same of a tiny VAE, whose layers have numbers alone; all that are published have so many. */
const WIDE_OF_TINY = /^(decoder\.layers\.(0|18)|encoder\.layers\.(0|14))\.weight/;

/** Whether a weight is never made integers of. */
export const staysWide = (name: string): boolean => WIDE.test(name) || WIDE_OF_TINY.test(name);

/** What `parameter`, stored as `dtype` without further ado, becomes in `form`. Scales stand before what they scale. */
export function planParameter(
  { name, shape }: Parameter,
  dtype: 'F32' | 'F16',
  form: PlannedForm,
): readonly PlannedTensor[] {
  if (shape.length < 2) return [{ name, dtype, shape }];
  const [results, channels, side = 1] = shape as [number, number, number?];
  const kernel = side === 3;
  const quantized = (form === 'int8' || form === 'int4' || form === 'steps4') && !staysWide(name);
  if (!quantized) {
    const stored = form === 'fp16' ? 'F16' : dtype;
    return kernel
      ? [{ name: `${name}/taps`, dtype: stored, shape: [9, channels, results] }]
      : [{ name, dtype: stored, shape }];
  }
  const scales = (of: readonly number[]): PlannedTensor => ({ name: `${name}/scales`, dtype: 'F32', shape: of });
  if (name.endsWith('embedding.weight')) return [scales([results]), { name: `${name}/rows`, dtype: 'I8', shape }];
  if (form === 'steps4' && hasSteps(shape)) {
    return [
      scales([results]),
      { name: `${name}/steps`, dtype: 'U8', shape: [results, (9 * channels) / KERNEL_BLOCK] },
      { name: `${name}/nibbles`, dtype: 'U8', shape: [results, (9 * channels) / 2] },
    ];
  }
  if (kernel) return [scales([results]), { name: `${name}/taps`, dtype: 'I8', shape: [9, channels, results] }];
  if (form === 'int4' && hasBlocks(shape)) {
    const blocks = [results, channels / BLOCK];
    return [scales(blocks), { name: `${name}/blocks`, dtype: 'U8', shape: [...blocks, BLOCK / 2] }];
  }
  return [scales([results]), { name: `${name}/columns`, dtype: 'I8', shape: [channels, results] }];
}

/** The checkpoint's key of a packed tensor, and what of it is stored. */
export function keyOf(packed: string): { readonly key: string; readonly layout: Layout } {
  const [key, layout = 'plain'] = packed.split('/') as [string, Layout?];
  return { key, layout };
}
