/**
 * 3×3 convolutions in the form that costs least for their sizes: Winograd's over many pixels, a product with each
 * pixel's nine neighbors over few, with few channels, or with a stride. Both work in strips of rows where a picture is
 * large, which bounds the memory of a convolution whatever the size of the picture.
 */
import { type Convolution, pictureShape, type Value } from '../layers';
import { convolved } from '../shapes';
import type { GraphBuilder } from './graphBuilder';
import { type IntegerOptions, integerProduct, type Quantized } from './integers';
import { kernelParts } from './kernels';
import { evenRuns, joinChannels, joinRows, lying, type Strip, together } from './pictures';
import { type Frame, gather, type Places, quantizedWindows, type View, type Window, windowOf } from './window';
import { type Tile, tiledWindow, tilesOf, winograd } from './winograd';

/** Bytes that what a strip gathers may take; two or three times this is in memory at a time. */
const STRIP_BYTES = 32 * 1024 * 1024;

/** Of the float32 multiply-adds in a product, how many it takes to write one number of a transformed tensor. */
const WRITE = 14;
/** The same for the passes over gathered tiles and their results. */
const PASSES = 60;

/** Most bytes that a layer's transformed weights may take. F(4×4) of 1280 × 1280 channels takes 236 MB. */
const TRANSFORMED_BYTES = 240e6;

/** 0 stands for the definition, 2 and 4 for Winograd's tiles. */
export type Form = 0 | Tile;

/** Multiply-adds, and memory traffic in their terms. */
function cost(form: Form, pixels: number, channels: number, results: number): number {
  if (form === 0) return 9 * pixels * (channels * results + 4 * channels);
  const tiles = pixels / form ** 2;
  return (form + 2) ** 2 * (tiles * (channels * results + PASSES * (channels + results)) + WRITE * channels * results);
}

export function cheapestForm(convolution: Convolution, pixels: number, channels: number): Form {
  if ((convolution.stride ?? 1) !== 1 || convolution.padding === 'after') return 0;
  const transformed = (form: Form): number => (form === 0 ? 0 : 4 * (form + 2) ** 2 * channels * convolution.channels);
  const fitting = ([0, 2, 4] as const).filter((form) => transformed(form) <= TRANSFORMED_BYTES);
  const costs = fitting.map((form) => ({
    form,
    cost: cost(form, pixels, channels, convolution.channels),
  }));
  return costs.reduce((best, next) => (next.cost < best.cost ? next : best)).form;
}

export interface ConvolutionOptions extends IntegerOptions {
  /** Instead of the cheapest. */
  readonly form?: Form;
  readonly stripBytes?: number;
  /** Bytes that the weights of one part of a layer's outputs may take (kernels.ts). */
  readonly partBytes?: number;
}

/** `[B, K, H', W']` of a picture that `view` describes. Weights are packed as taps, `[9, C, K]`. */
export function convolution3x3(
  graph: GraphBuilder,
  scope: string,
  view: View,
  convolution: Convolution,
  {
    form: asked,
    stripBytes = STRIP_BYTES,
    partBytes,
    integersFrom = Number.POSITIVE_INFINITY,
  }: ConvolutionOptions = {},
): Value {
  const [batch, channels] = pictureShape(view.lies);
  const { channels: results, bias = true } = convolution;
  const [height, width] = [convolved(view.height, convolution), convolved(view.width, convolution)];
  const scale = `${scope}.weight/scales`;
  const integers = graph.has(scale) && channels >= integersFrom;
  const form = asked ?? (integers ? 0 : cheapestForm(convolution, height * width, channels));
  const unit = form === 0 ? 1 : form;
  const gathered = form === 0 ? 9 * channels : ((form + 2) ** 2 / form) * Math.max(channels, results);
  // Pictures whose numbers are integers are gathered one by one, and in the same strips whatever shares the call.
  const atOnce = integers ? 1 : batch;
  const strips = evenRuns(Math.ceil(height / unit), stripBytes / (4 * atOnce * width * gathered)).map(
    ({ start, count }): Strip => ({ top: start * unit, rows: Math.min(count * unit, height - start * unit) }),
  );
  if (integers) {
    const product = inIntegers(graph, scope, channels, results, bias);
    const productOf = (strip: Strip): Value => {
      const windows = quantizedWindows(graph, view, frameOf(convolution, strip, width));
      const pictures = windows.map((window) =>
        product(neighborsOf(graph, window, convolution, strip, width), window.quantized),
      );
      return together(graph, pictures);
    };
    return joinRows(graph, strips.map(productOf));
  }
  const see = (strip: Strip): Seen => {
    if (form !== 0) return inTiles(graph, view, form, strip, width);
    const window = windowOf(graph, view, frameOf(convolution, strip, width));
    return byDefinition(graph, scope, neighborsOf(graph, window, convolution, strip, width));
  };
  // Before what they are multiplied with: ONNX Runtime would compute all layers' weights first (executionOrder.ts).
  const kernels = kernelParts(graph, scope, form, [channels, results], partBytes);
  // A picture of one strip is gathered once for all parts of the weights; several would add up in memory.
  const whole = strips.length === 1 ? see(strips[0]!) : undefined;
  const parts = kernels.map((weights) =>
    joinRows(
      graph,
      strips.map((strip) => (whole ?? see(strip))(weights)),
    ),
  );
  const y = joinChannels(graph, parts);
  const scaled = graph.has(scale) ? graph.node('Mul', scope, [y, graph.weight(scale, [results])], y.shape) : y;
  return bias ? graph.node('Add', scope, [scaled, graph.weight(`${scope}.bias`, [results])], y.shape) : scaled;
}

/** A strip of a picture, to be multiplied with weights `[…, C, K]`: `[B, K, rows, columns]`. */
type Seen = (weights: Value) => Value;

function inTiles(graph: GraphBuilder, view: View, tile: Tile, { top, rows }: Strip, width: number): Seen {
  const around = { top: top - 1, rows: tiledWindow(rows, tile), left: -1, columns: tiledWindow(width, tile) };
  const tiles = tilesOf(graph, windowOf(graph, view, around), tile, [rows, width]);
  return (weights) => winograd(graph, tiles, weights, [rows, width]);
}

/** Each pixel's nine neighbors, for `rows` rows of the result: `[B · rows · width, 9 · C]`. */
interface Neighbors {
  readonly matrix: Value;
  readonly size: readonly [batch: number, rows: number, width: number];
}

function byDefinition(graph: GraphBuilder, scope: string, { matrix, size }: Neighbors): Seen {
  return (weights) => {
    const product = graph.node('MatMul', scope, [matrix, weights], [matrix.shape[0]!, weights.shape[1]!]);
    return asPicture(graph, product, size);
  };
}

/** `quantized`: what the neighbors are numbers of. */
type IntegerProduct = (seen: Neighbors, quantized: Quantized) => Value;

function inIntegers(
  graph: GraphBuilder,
  scope: string,
  channels: number,
  results: number,
  biased: boolean,
): IntegerProduct {
  const weights = graph.stored(`${scope}.weight/taps`, [9 * channels, results]);
  const scales = graph.stored(`${scope}.weight/scales`, [results]);
  const bias = biased ? [graph.weight(`${scope}.bias`, [results])] : [];
  return ({ matrix, size }, quantized) => {
    const numbers = { ...quantized, numbers: matrix };
    const product = integerProduct(graph, scope, numbers, weights, scales, bias, [matrix.shape[0]!, results]);
    return asPicture(graph, product, size);
  };
}

function asPicture(graph: GraphBuilder, product: Value, [batch, rows, width]: Neighbors['size']): Value {
  const shape = [batch, product.shape[1]!, rows, width];
  return { ...graph.node('Reshape', 'picture', [product, graph.integers(lying(shape))], lying(shape)), shape };
}

/** What a strip's pixels and their neighbors lie in. */
function frameOf({ stride = 1, padding = 'same' }: Convolution, { top, rows }: Strip, width: number): Frame {
  const before = padding === 'same' ? 1 : 0;
  return {
    top: stride * top - before,
    rows: stride * (rows - 1) + 3,
    left: -before,
    columns: stride * (width - 1) + 3,
  };
}

function neighborsOf(
  graph: GraphBuilder,
  window: Window,
  { stride = 1 }: Convolution,
  { rows }: Strip,
  width: number,
): Neighbors {
  const { batch, channels } = window;
  const places = (): Places => neighborPlaces(batch, rows, width, stride);
  const gathered = gather(graph, window, `neighbors${stride}`, [batch * rows * width, 9], places);
  const flat = [batch * rows * width, 9 * channels];
  const matrix = graph.node('Reshape', 'window', [gathered, graph.integers(flat)], flat);
  return { matrix, size: [batch, rows, width] };
}

function* neighborPlaces(batch: number, rows: number, width: number, stride: number): Places {
  for (let picture = 0; picture < batch; picture++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < width; x++)
        for (let tap = 0; tap < 9; tap++) yield [picture, y * stride + Math.floor(tap / 3), x * stride + (tap % 3)];
}
