/** Into which blocks the second moments of layers are cut: as large as the memory for them allows (README.md says what it costs). */
import type { LayerInput } from '../../graph/qnn/layerInputs';

/** A block is cut no smaller for want of memory: 256 channels under a 3×3 kernel, 21 MB. */
export const LEAST_COLUMNS = 2304;

/** A multiple of every unit, so that equal parts are whole units. */
const UNITS = 288;

/** Of a moment, float32. */
const MOMENT_BYTES = 4;
/** Of each moment of the block that is worked on: Cholesky's factor in float64, what GPTQ takes from it, and an engine's copy. */
const WORK_BYTES = 8 + 2 + 4;

/** Whole channels stay together, and runs of 32 columns, which may share a scale. */
const unitOf = ({ columns, geometry: { kernel } }: LayerInput): number =>
  kernel > 1 ? kernel ** 2 : columns % 32 === 0 ? 32 : 1;

/**
 * Sizes of the blocks of each of `layers`, whose moments are in memory all at once, `copies` of them: the largest with which these and
 * what one is worked on with take no more than `bytes`.
 */
export function blocksWithin(layers: readonly LayerInput[], bytes: number, copies = 1): number[][] {
  const widest = layers.reduce((most, { columns }) => Math.max(most, columns), 0);
  for (let cuts = 1; ; cuts++) {
    const most = Math.max(LEAST_COLUMNS, UNITS * Math.ceil(widest / cuts / UNITS));
    const blocks = layers.map((layer) => blockSizes(layer.columns, unitOf(layer), most));
    const squares = blocks.flat().map((size) => size ** 2);
    const held = squares.reduce((sum, square) => sum + MOMENT_BYTES * copies * square, 0);
    const worked = WORK_BYTES * squares.reduce((a, b) => Math.max(a, b), 0);
    if (most === LEAST_COLUMNS || held + worked <= bytes) return blocks;
  }
}

/** Sizes of the blocks of `columns`: as equal as may be, none above `most`, all multiples of `unit`, which divides `columns`. */
export function blockSizes(columns: number, unit: number, most: number): number[] {
  const units = columns / unit;
  const count = Math.ceil(units / Math.max(1, Math.floor(most / unit)));
  return Array.from({ length: count }, (_, i) => {
    return unit * (Math.floor(((i + 1) * units) / count) - Math.floor((i * units) / count));
  });
}
