/**
 * What each weight of a drawing is multiplied with, made visible: at a few places of a layer's output, the numbers that
 * come together there, as columns of a matrix. Which places is an input of the graph, so that every run can look
 * elsewhere; what a 3×3 kernel sees beyond the edge is zero.
 */
import type { Value } from '../layers';
import type { Node, Port } from '../onnx/onnxModel';
import { type Drawing, isConstant, type Step, type Weight } from './drawing';

/** How the places of a layer's output lie over its input. */
export interface Geometry {
  /** Of the input. */
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly stride: number;
  /** Rows above and columns to the left that are not there. */
  readonly before: number;
  /** Of the output. */
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Inputs of one layer, or of several that read the same. */
export interface LayerInput {
  /** The output that shows them, float32 `[columns, places]`: a row of weights times it is a row of the layer's output. */
  readonly name: string;
  /** The checkpoint's names of the weights that are multiplied with them. */
  readonly keys: readonly string[];
  /** Channels × kernel², in the order of a checkpoint's rows. */
  readonly columns: number;
  readonly geometry: Geometry;
}

/** Names of the graph's inputs that say where to look: int32 and float32 `[kernel² · places]` (calibrate/places.ts). */
export const placesOf = (geometry: Geometry) => {
  const name = Object.values(geometry).join('.');
  return { at: `places/${name}`, within: `within/${name}` };
};

/** Every layer with weights, by what it reads, in the order of the drawing. */
export function layerInputs(draw: Drawing): LayerInput[] {
  return layersOf(draw).map(({ x: _, ...layer }) => layer);
}

/** Of `count` places at most, how many there are. */
const placesIn = ({ outHeight, outWidth }: Geometry, count: number): number => Math.min(count, outHeight * outWidth);

/** What hands out the inputs of each layer at `count` places. `integers` names a constant. */
export function shownLayers(
  draw: Drawing,
  count: number,
  nameOf: (value: Value) => string,
  integers: (values: readonly number[]) => string,
): { readonly layer: LayerInput; readonly nodes: readonly Node[]; readonly port: Port }[] {
  return layersOf(draw).map(({ x, ...layer }) => {
    const { name, geometry, columns } = layer;
    const { at, within } = placesOf(geometry);
    const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => {
      return { op, name: output, inputs, outputs: [output], attributes };
    };
    const nodes = [
      node('Reshape', [nameOf(x), integers([columns / geometry.kernel ** 2, -1])], `${name}/flat`),
      node('Gather', [`${name}/flat`, at], `${name}/gathered`, { axis: 1 }),
      node('Mul', [`${name}/gathered`, within], `${name}/masked`),
      node('Reshape', [`${name}/masked`, integers([columns, -1])], name),
    ];
    return { layer, nodes, port: { name, type: 'float32', shape: [columns, placesIn(geometry, count)] } };
  });
}

/** The graph's inputs that say where to look. */
export function placesPorts(layers: readonly LayerInput[], count: number): Port[] {
  const ports = layers.flatMap(({ geometry }): Port[] => {
    const shape = [geometry.kernel ** 2 * placesIn(geometry, count)];
    const { at, within } = placesOf(geometry);
    return [
      { name: at, type: 'int32', shape },
      { name: within, type: 'float32', shape },
    ];
  });
  return [...new Map(ports.map((port) => [port.name, port])).values()];
}

interface ShownLayer extends LayerInput {
  readonly x: Value;
}

function layersOf(draw: Drawing): ShownLayer[] {
  const layers = new Map<string, ShownLayer>();
  for (const step of draw.needed().steps) {
    const weight = step.inputs.find((operand): operand is Weight => isConstant(operand) && operand.kind === 'weight');
    if (!weight) continue;
    const layer = layerOf(step, weight);
    const known = layers.get(layer.name);
    const keys = [...new Set([...(known?.keys ?? []), weight.key])];
    layers.set(layer.name, { ...layer, keys });
  }
  return [...layers.values()];
}

function layerOf({ inputs, output, attributes, op }: Step, weight: Weight): ShownLayer {
  const [x] = inputs as readonly [Value];
  if (op !== 'Conv') throw new TypeError(`${output.name}: the inputs of ${op} are not shown, those of Conv are`);
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const [, , outHeight, outWidth] = output.shape as [number, number, number, number];
  const [kernel] = attributes.kernel_shape as readonly [number];
  const [stride] = (attributes.strides ?? [1]) as readonly [number];
  const [before] = (attributes.pads ?? [0]) as readonly [number];
  const geometry = { height, width, kernel, stride, before, outHeight, outWidth };
  const name = `inputs/${x.name}/${kernel}.${stride}.${before}`;
  return { x, name, keys: [weight.key], columns: channels * kernel ** 2, geometry };
}
