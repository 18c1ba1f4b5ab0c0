/** What inputs that earlier rounding moved ask of a layer's weights. */
import { type Span, spans } from '../matrix/blockDiagonal';
import type { MatMul } from '../matrix/matMul';
import type { Layer } from './layer';
import { cut, type Slice } from './slices';

/**
 * With δ = s q - w, half the gradient of E‖s q x - w u‖² by s q is δ H + w (H - E[u xᵀ]): the second term, which no
 * choice of q changes, of a slice of rows in a span of columns. Zero where the layer's inputs are the exact ones.
 */
export async function drift(layer: Layer, span: Span, slice: Slice, matMul: MatMul): Promise<Float32Array> {
  const { size, first, block } = span;
  if (!layer.cross) return new Float32Array(slice.rows * size);
  const { block: cross } = spans(layer.cross).find((other) => other.first === first)!;
  const moved = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) moved[i * size + j] = block[i * size + j]! - cross[j * size + i]!;
  }
  return matMul(cut(layer, span, slice), moved, slice.rows, size, size);
}
