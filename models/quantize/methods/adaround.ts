/**
 * AdaRound (Nagel et al. 2020, "Up or Down? Adaptive Rounding for Post-Training Quantization", section 3.3) on second
 * moments: E‖(s q - w) x‖² needs no more of the samples than H, and its gradient is exact, so far fewer iterations do.
 */
import { type Span, spans } from '../matrix/blockDiagonal';
import { nearestInteger } from '../rounding';
import { type Adam, adam } from './adam';
import { drift } from './drift';
import { checkLayer, type Layer, type Rounded } from './layer';
import { annealing, pull, softness, softStart } from './rectifiedSigmoid';
import { cut, type Slice, scalesOf, slices } from './slices';
import { type Advance, advancing, type Work } from './work';

/** Rows that are learned at a time. */
const ROWS = 512;

/** Adam's rate times the iterations: with 10,000 of them, as in AIMET, the rate is Adam's own 0.001. */
const JOURNEY = 10;

/** `layer` on the scales of `from`, whose integers do not matter. Progress counts iterations of columns of slices. */
export async function adaround(layer: Layer, from: Rounded, iterations: number, work: Work): Promise<Rounded> {
  checkLayer(layer, from);
  const to: Rounded = { ...from, values: new Int8Array(from.values.length) };
  const parts = slices(layer.rows, ROWS);
  const advance = advancing(work, layer.columns * parts.length * iterations);
  for (const span of spans(layer.gram)) {
    for (const slice of parts) await learn(layer, to, span, slice, iterations, work, advance);
  }
  return to;
}

/** Learns which way the weights of a slice of rows in a span of columns go, and puts them into `to`. */
async function learn(
  layer: Layer,
  to: Rounded,
  span: Span,
  slice: Slice,
  iterations: number,
  { matMul }: Work,
  advance: Advance,
): Promise<void> {
  const { size, block } = span;
  const weights = cut(layer, span, slice);
  const scales = scalesOf(to, layer.columns, span, slice);
  const below = weights.map((weight, i) => Math.floor(weight / scales[i]!));
  const v = weights.map((weight, i) => softStart(weight / scales[i]! - below[i]!));
  const moved = await drift(layer, span, slice, matMul);
  const optimizer: Adam = adam(v, JOURNEY / iterations);
  const soft = new Float32Array(v.length);
  const gradient = new Float32Array(v.length);
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let i = 0; i < v.length; i++) {
      const steps = clamp(below[i]! + softness(v[i]!), to.most);
      soft[i] = scales[i]! * steps - weights[i]!;
    }
    const half = await matMul(soft, block, slice.rows, size, size);
    const beta = annealing(iteration, iterations);
    for (let i = 0; i < v.length; i++) {
      // Where the grid ends, no choice of v changes the weight.
      const within = Math.abs(below[i]! + 0.5) < to.most ? 2 * scales[i]! * (half[i]! + moved[i]!) : 0;
      gradient[i] = pull(v[i]!, within, beta);
    }
    optimizer.step(gradient);
    await advance(size);
  }
  for (let row = 0; row < slice.rows; row++) {
    const place = (slice.top + row) * layer.columns + span.first;
    for (let i = 0; i < size; i++) {
      const at = row * size + i;
      to.values[place + i] = nearestInteger(below[at]! + (v[at]! >= 0 ? 1 : 0), to.most);
    }
  }
}

const clamp = (steps: number, most: number): number => Math.min(most, Math.max(-most, steps));
