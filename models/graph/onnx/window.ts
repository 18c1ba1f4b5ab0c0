/**
 * What a 3×3 convolution sees of a picture, as one Gather of whole pixels: padding is a pixel of zeros that indices
 * point at, enlarging is pointing at the same pixel twice, and a strip takes the rows it needs and no others. So neither
 * a padded nor an enlarged picture is ever in memory.
 */
import { pictureShape, type Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';
import { type Quantized, quantized } from './integers';
import { lying, type Strip, sliceRows } from './pictures';

/** A picture that is yet to be computed from another that lies in memory. */
export interface View {
  readonly lies: Value;
  /** Pointwise, so that it may be done strip by strip. */
  readonly apply: (part: Value) => Value;
  /** Sizes that `lies` is enlarged to, nearest neighbor. */
  readonly height: number;
  readonly width: number;
}

/** Rows and columns of the enlarged picture; those outside it are zeros. */
export interface Window {
  /** Rows of `part`, -1 for zeros, from the strip's first row on. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly batch: number;
  readonly channels: number;
  /** Pixels `[B · (H + 1) · W, C]`; the last row of each picture is zeros. */
  readonly pixels: Value;
  readonly pixelsPerPicture: number;
  readonly pixelsPerRow: number;
  /** What `pixels` are numbers of, where they are not float32. */
  readonly quantized?: Quantized;
}

/**
 * The window of rows `top … top + rows - 1` and columns `left … left + columns - 1`, either of which may lie outside, in float32 or
 * quantized. */
export function windowOf(
  graph: GraphBuilder,
  view: View,
  strip: Strip,
  left: number,
  columns: number,
  asIntegers = false,
): Window {
  const [batch, channels, lyingRows, lyingColumns] = pictureShape(view.lies);
  const from = (y: number, size: number, of: number): number => (y < 0 || y >= of ? -1 : Math.floor((y * size) / of));
  const range = (start: number, count: number, size: number, of: number): number[] =>
    Array.from({ length: count }, (_, i) => from(start + i, size, of));
  const sources = range(strip.top, strip.rows, lyingRows, view.height);
  const inside = sources.filter((row) => row >= 0);
  const [top, bottom] = [Math.min(...inside), Math.max(...inside) + 1];
  const part = view.apply(sliceRows(graph, view.lies, { top, rows: bottom - top }));
  const padded = [batch, channels, bottom - top + 1, lyingColumns];
  const pads = graph.integers([0, 0, 0, 0, 0, 1, 0, 0]);
  const pixelsPerPicture = (bottom - top + 1) * lyingColumns;
  const numbers = asIntegers ? quantized(graph, part) : undefined;
  const inputs = numbers ? [numbers.numbers, pads, numbers.zero] : [part, pads];
  const pixels = graph.node('Pad', 'window', inputs, lying(padded));
  return {
    rows: sources.map((row) => (row < 0 ? -1 : row - top)),
    columns: range(left, columns, lyingColumns, view.width),
    batch,
    channels,
    pixels: graph.node(
      'Reshape',
      'window',
      [pixels, graph.integers([batch * pixelsPerPicture, channels])],
      [batch * pixelsPerPicture, channels],
    ),
    pixelsPerPicture,
    pixelsPerRow: lyingColumns,
    ...(numbers ? { quantized: numbers } : {}),
  };
}

/** Which pixel row and column of the window a place of the result asks for. */
export type Places = Iterable<readonly [picture: number, row: number, column: number]>;

/** Gathers `places` of a window: `[...shape, C]`. `label` tells this list of places from all others. */
export function gather(
  graph: GraphBuilder,
  window: Window,
  label: string,
  shape: readonly number[],
  places: () => Places,
): Value {
  const { rows, columns, batch, channels, pixelsPerPicture, pixelsPerRow } = window;
  const key = `${label}[${batch}|${pixelsPerPicture}x${pixelsPerRow}|${rows}|${columns}]`;
  const compute = (): Int32Array => {
    const indices = new Int32Array(shape.reduce((count, size) => count * size, 1));
    const zeros = pixelsPerPicture - pixelsPerRow;
    let at = 0;
    for (const [picture, y, x] of places()) {
      const [row, column] = [rows[y]!, columns[x]!];
      indices[at++] = picture * pixelsPerPicture + (row < 0 || column < 0 ? zeros : row * pixelsPerRow + column);
    }
    return indices;
  };
  const indices = graph.indices(key, compute, shape);
  return graph.node('Gather', 'window', [window.pixels, indices], [...shape, channels], { axis: 0 });
}
