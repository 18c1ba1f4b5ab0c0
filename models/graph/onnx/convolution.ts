/**
 * 3×3 convolutions in the form that costs least for their sizes: Winograd's over many pixels, a product with each
 * pixel's nine neighbors over few, with few channels, or with a stride. Both work in strips of rows where a picture is
 * large, which bounds the memory of a convolution whatever the size of the picture.
 */
import { type Convolution, pictureShape, type Value } from '../layers';
import { convolved } from '../shapes';
import type { GraphBuilder } from './graphBuilder';
import { integerProduct } from './integers';
import { evenRuns, joinRows, lying } from './pictures';
import { gather, type Places, type View, windowOf } from './window';
import { type Tile, tiledWindow, transformedWeights, winograd } from './winograd';

/** Bytes that what a strip gathers may take; two or three times this is in memory at a time. */
export const STRIP_BYTES = 32 * 1024 * 1024;

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

export interface ConvolutionOptions {
  /** Instead of the cheapest. */
  readonly form?: Form;
  readonly stripBytes?: number;
  /** As for linear layers; a kernel sums over nine times its channels. Where absent, or below, float32. */
  readonly convolutionIntegersFrom?: number;
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
    convolutionIntegersFrom = Number.POSITIVE_INFINITY,
  }: ConvolutionOptions = {},
): Value {
  const [batch, channels] = pictureShape(view.lies);
  const { channels: results } = convolution;
  const [height, width] = [convolved(view.height, convolution), convolved(view.width, convolution)];
  const taps = `${scope}.weight/taps`;
  const integers = graph.has(`${scope}.weight/scales`) && channels >= convolutionIntegersFrom;
  const form = asked ?? (integers ? 0 : cheapestForm(convolution, batch * height * width, channels));
  const finished = (y: Value): Value => {
    const scale = `${scope}.weight/scales`;
    const scaled = graph.has(scale) ? graph.node('Mul', scope, [y, graph.weight(scale, [results])], y.shape) : y;
    return graph.node('Add', scope, [scaled, graph.weight(`${scope}.bias`, [results])], y.shape);
  };
  const unit = form === 0 ? 1 : form;
  const gathered = form === 0 ? 9 * channels : ((form + 2) ** 2 / form) * Math.max(channels, results);
  const runs = evenRuns(Math.ceil(height / unit), stripBytes / (4 * batch * width * gathered));
  const weights =
    form === 0
      ? integers
        ? graph.stored(taps, [9 * channels, results])
        : graph.weight(taps, [9 * channels, results])
      : transformedWeights(graph, graph.weight(taps, [9, channels * results]), channels, results, form);
  const strips = runs.map(({ start, count }) => {
    const top = start * unit;
    const rows = Math.min(count * unit, height - top);
    if (typeof weights !== 'string' && form !== 0) {
      const window = windowOf(
        graph,
        view,
        { top: top - 1, rows: tiledWindow(rows, form) },
        -1,
        tiledWindow(width, form),
      );
      return finished(winograd(graph, window, weights, form, [rows, width]));
    }
    const product = byDefinition(graph, scope, view, convolution, weights as string, { top, rows }, width, integers);
    return integers ? product : finished(product);
  });
  return joinRows(graph, strips);
}

/** Each pixel's nine neighbors times the weights. */
function byDefinition(
  graph: GraphBuilder,
  scope: string,
  view: View,
  { channels: results, stride = 1, padding = 'same' }: Convolution,
  weights: string,
  { top, rows }: { readonly top: number; readonly rows: number },
  width: number,
  integers: boolean,
): Value {
  const before = padding === 'same' ? 1 : 0;
  const strip = { top: stride * top - before, rows: stride * (rows - 1) + 3 };
  const window = windowOf(graph, view, strip, -before, stride * (width - 1) + 3, integers);
  const { batch, channels } = window;
  const places = (): Places => neighborPlaces(batch, rows, width, stride);
  const neighbors = gather(graph, window, `neighbors${stride}`, [batch * rows * width, 9], places);
  const flat = [batch * rows * width, 9 * channels];
  const matrix = graph.node('Reshape', scope, [neighbors, graph.integers(flat)], flat);
  const product = window.quantized
    ? integerProduct(
        graph,
        scope,
        { ...window.quantized, numbers: matrix },
        weights,
        graph.stored(`${scope}.weight/scales`, [results]),
        [graph.weight(`${scope}.bias`, [results])],
        [flat[0]!, results],
      )
    : graph.node('MatMul', scope, [matrix, weights], [flat[0]!, results]);
  const shape = [batch, results, rows, width];
  return { ...graph.node('Reshape', scope, [product, graph.integers(lying(shape))], lying(shape)), shape };
}

function* neighborPlaces(batch: number, rows: number, width: number, stride: number): Places {
  for (let picture = 0; picture < batch; picture++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < width; x++)
        for (let tap = 0; tap < 9; tap++) yield [picture, y * stride + Math.floor(tap / 3), x * stride + (tap % 3)];
}
