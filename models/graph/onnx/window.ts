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
}

/** A window of one picture whose pixels are u8 numbers. */
export interface QuantizedWindow extends Window {
  readonly quantized: Quantized;
}

/** Where the window of a strip lies: from column `left` on, `columns` of them, which like rows may lie outside. */
export interface Frame extends Strip {
  readonly left: number;
  readonly columns: number;
}

/** In float32. */
export function windowOf(graph: GraphBuilder, view: View, frame: Frame): Window {
  const seen = seenThrough(graph, view, frame);
  return { ...seen, ...pixelsOf(graph, seen.part) };
}

/** Of each picture, in numbers over the range of its own values. */
export function quantizedWindows(graph: GraphBuilder, view: View, frame: Frame): QuantizedWindow[] {
  const { part, ...seen } = seenThrough(graph, view, frame);
  return quantized(graph, part, part.shape[0]!).map((picture) => ({
    ...seen,
    ...pixelsOf(graph, picture.numbers, picture.zero),
    quantized: picture,
  }));
}

/** The rows of the picture that a frame needs, and which of them are where. */
interface Seen extends Pick<Window, 'rows' | 'columns'> {
  readonly part: Value;
}

function seenThrough(graph: GraphBuilder, view: View, { top: above, rows, left, columns }: Frame): Seen {
  const [, , lyingRows, lyingColumns] = pictureShape(view.lies);
  const from = (y: number, size: number, of: number): number => (y < 0 || y >= of ? -1 : Math.floor((y * size) / of));
  const range = (start: number, count: number, size: number, of: number): number[] =>
    Array.from({ length: count }, (_, i) => from(start + i, size, of));
  const sources = range(above, rows, lyingRows, view.height);
  const inside = sources.filter((row) => row >= 0);
  const [top, bottom] = [Math.min(...inside), Math.max(...inside) + 1];
  return {
    part: view.apply(sliceRows(graph, view.lies, { top, rows: bottom - top })),
    rows: sources.map((row) => (row < 0 ? -1 : row - top)),
    columns: range(left, columns, lyingColumns, view.width),
  };
}

/** `zero`: what stands for it in `part`, where that is not 0. */
function pixelsOf(graph: GraphBuilder, part: Value, zero?: Value): Omit<Window, 'rows' | 'columns'> {
  const [batch, channels, height, width] = pictureShape(part);
  const pads = graph.integers([0, 0, 0, 0, 0, 1, 0, 0]);
  const padded = lying([batch, channels, height + 1, width]);
  const flat = [batch * (height + 1) * width, channels];
  const lies = graph.node('Pad', 'window', [part, pads, ...(zero ? [zero] : [])], padded);
  return {
    batch,
    channels,
    pixels: graph.node('Reshape', 'window', [lies, graph.integers(flat)], flat),
    pixelsPerPicture: (height + 1) * width,
    pixelsPerRow: width,
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
