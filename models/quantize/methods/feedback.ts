/** How the rounding errors of earlier columns are made up for by later ones: the factor behind GPTQ. */
import type { Span } from '../matrix/blockDiagonal';
import { cholesky } from '../matrix/cholesky';
import type { MatMul } from '../matrix/matMul';
import type { Advance } from './work';

/** Columns that are rounded between two products. */
export const PANEL = 128;

/** Of the mean diagonal of H, added to all of it (Frantar et al. 2022, section 3.3). */
const DAMPING = 0.01;

/**
 * The unit upper triangular U of H + damping = U D Uᵀ, transposed and cut into panels of rows. With δ the errors of
 * rounding, δ H δᵀ = Σ Dⱼ (δⱼ + Σᵢ Uᵢⱼ δᵢ)², i < j: column j does best to aim at its weight plus Σᵢ Uᵢⱼ δᵢ.
 */
export interface Feedback {
  /** The columns of the block in the order in which they are rounded: those with the loudest inputs first. */
  readonly order: Uint32Array;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly begin: number;
  readonly width: number;
  /** `[width, begin]`: what each of its columns takes from those of earlier panels. */
  readonly earlier: Float32Array;
  /** `[width, width]`, strictly lower: what it takes from those of its own. */
  readonly own: Float32Array;
}

/** What rounding to any width, and of all weights that read the same, has in common: made once of each block of moments. */
export class Feedbacks {
  private readonly known = new Map<Float32Array, Feedback>();

  /** Advances by the number of columns, made now or before. */
  async of(span: Span, matMul: MatMul, advance: Advance): Promise<Feedback> {
    const known = this.known.get(span.block);
    if (known) {
      await advance(span.size);
      return known;
    }
    const made = await feedbackOf(span, matMul, advance);
    this.known.set(span.block, made);
    return made;
  }
}

/** Advances by the number of columns. */
async function feedbackOf({ block, size }: Span, matMul: MatMul, advance: Advance): Promise<Feedback> {
  const loudness = Float32Array.from({ length: size }, (_, i) => block[i * size + i]!);
  const order = Uint32Array.from(loudness.keys()).sort((a, b) => loudness[b]! - loudness[a]! || a - b);
  // Inputs that were never anything else than zero, all of them, leave every rounding equally good.
  const damping = (DAMPING * loudness.reduce((sum, value) => sum + value, 0)) / size || 1;
  // Cholesky goes from the first row on, U from the last.
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const from = order[size - 1 - i]! * size;
    for (let j = 0; j <= i; j++) factor[i * size + j] = block[from + order[size - 1 - j]!]!;
    factor[i * size + i]! += damping;
  }
  await cholesky(factor, size, matMul, advance);
  return { order, panels: panelsOf(factor, size) };
}

function panelsOf(factor: Float64Array, size: number): Panel[] {
  const panels: Panel[] = [];
  for (let begin = 0; begin < size; begin += PANEL) {
    const width = Math.min(PANEL, size - begin);
    const earlier = new Float32Array(width * begin);
    const own = new Float32Array(width * width);
    for (let row = 0; row < width; row++) {
      const j = size - 1 - begin - row;
      const pivot = factor[j * size + j]!;
      for (let i = 0; i < begin + row; i++) {
        const share = factor[(size - 1 - i) * size + j]! / pivot;
        if (i < begin) earlier[row * begin + i] = share;
        else own[row * width + i - begin] = share;
      }
    }
    panels.push({ begin, width, earlier, own });
  }
  return panels;
}
