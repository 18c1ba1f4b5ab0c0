/**
 * GPTQ (Frantar et al. 2022, "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers",
 * algorithm 1), columns with the loudest inputs first, in the form that QuIP calls LDLQ and shows to round alike (Chee
 * et al. 2023, theorem 6): it takes one factorization of H and no inverse.
 */
import { spans } from '../matrix/blockDiagonal';
import { nearestInteger } from '../rounding';
import { Feedbacks, type Panel } from './feedback';
import { checkLayer, groupOf, type Layer, type Rounded } from './layer';
import { type Slice, slices } from './slices';
import { advancing, type Work } from './work';

/** Rows that are rounded at a time. */
const ROWS = 1024;

/**
 * `layer` on the scales of `from`, whose integers do not matter. Progress counts columns: of the factor, and of each
 * slice of rows. `feedbacks` are of layers with the very same moments.
 */
export async function gptq(layer: Layer, from: Rounded, work: Work, feedbacks = new Feedbacks()): Promise<Rounded> {
  checkLayer(layer, from);
  const parts = slices(layer.rows, ROWS);
  const advance = advancing(work, layer.columns * (1 + parts.length));
  const values = new Int8Array(from.values.length);
  for (const span of spans(layer.gram)) {
    const { order, panels } = await feedbacks.of(span, work.matMul, advance);
    const columns = order.map((column) => span.first + column);
    for (const slice of parts) {
      /** w - s q of every column so far, column by column. */
      const errors = new Float32Array(span.size * slice.rows);
      for (const panel of panels) {
        const { begin, width, earlier } = panel;
        const before = errors.subarray(0, begin * slice.rows);
        const feedback =
          begin > 0
            ? await work.matMul(earlier, before, width, begin, slice.rows)
            : new Float32Array(width * slice.rows);
        roundPanel(layer, { ...from, values }, panel, columns, slice, errors, feedback);
        await advance(width);
      }
    }
  }
  return { ...from, values };
}

/** Rounds the columns of a panel in turn to `to`; `feedback` `[width, rows]` is what earlier panels ask of them. */
function roundPanel(
  { weights, columns: stride }: Layer,
  to: Rounded,
  { begin, width, own }: Panel,
  columns: Uint32Array,
  { top, rows }: Slice,
  errors: Float32Array,
  feedback: Float32Array,
): void {
  const { values, scales, most } = to;
  const group = groupOf(to);
  for (let j = 0; j < width; j++) {
    const wanted = feedback.subarray(j * rows, (j + 1) * rows);
    for (let i = 0; i < j; i++) {
      const share = own[j * width + i]!;
      const at = (begin + i) * rows;
      if (share !== 0) for (let row = 0; row < rows; row++) wanted[row]! += share * errors[at + row]!;
    }
    const at = (begin + j) * rows;
    for (let row = 0; row < rows; row++) {
      const place = (top + row) * stride + columns[begin + j]!;
      const scale = scales[Math.floor(place / group)]!;
      const value = nearestInteger((weights[place]! + wanted[row]!) / scale, most);
      values[place] = value;
      errors[at + row] = weights[place]! - scale * value;
    }
  }
}
