/**
 * From a checkpoint's tensors to a stage as it is stored and opened: the plan of its weights file, the file's bytes as
 * a stream, and the ONNX graph over it. How each weight is laid out and in which numbers says quantize/plan.ts; BF16,
 * which ONNX Runtime Web cannot widen, becomes F32 on the way, exactly.
 */
import { isWeightDtype, type WeightDtype } from './dtype';
import type { Layers } from './graph/layers';
import { describe } from './graph/network';
import { GraphBuilder, type HeapNeed } from './graph/onnx/graphBuilder';
import { type LoweringOptions, onnxLayers } from './graph/onnx/onnxLayers';
import { type Parameter, parametersOf } from './graph/parameters';
import { segmentsOf } from './graph/segments';
import { aligned, packedElementBytes } from './manifest';
import { encoded } from './quantize/encode';
import type { IntegerWeight } from './quantize/integerWeights';
import { keyOf, type PlannedForm, planParameter } from './quantize/plan';
import type { Weight } from './quantize/weight';
import type { WeightForm } from './quantize/weightForm';
import { badModel } from './refuse';
import type { ModelDescription } from './sd15';
import type { PackedTensor, StageName, StageSegment, StageSize } from './stage';
import type { Rows, TensorSource } from './tensorSource';

/** The name under which a graph looks for its weights unless told otherwise. */
export const WEIGHTS_FILE = 'weights';

/** The form that the checkpoint's tensor of a name is stored in. */
export type FormOf = (key: string) => PlannedForm;

/**
 * What a stage's weights file holds, in order. `bad-model` where `source` lacks a tensor, or has it in another shape
 * or in a dtype other than F32, F16, BF16.
 */
export function planStage(
  description: ModelDescription,
  stage: StageName,
  source: TensorSource,
  form: WeightForm | FormOf = 'exact',
): PackedTensor[] {
  return planSource(parametersOf(description, stage), source, form);
}

/** The same of any network's parameters. */
export function planSource(
  parameters: readonly Parameter[],
  source: TensorSource,
  form: WeightForm | FormOf = 'exact',
): PackedTensor[] {
  return planTensors(
    parameters,
    ({ name, shape }) => {
      const argument = `${source.name}: ${name}`;
      const info = source.info(name);
      if (!info) throw badModel(argument, `a tensor [${shape}]`, 'none');
      if (!isWeightDtype(info.dtype)) throw badModel(`${argument}: dtype`, 'F32, F16 or BF16', info.dtype);
      if (`${info.shape}` !== `${shape}`) throw badModel(`${argument}: shape`, `[${shape}]`, `[${info.shape}]`);
      return info.dtype;
    },
    form,
  );
}

/** The same for parameters of known dtypes. */
export function planTensors(
  parameters: readonly Parameter[],
  dtypeOf: (parameter: Parameter) => WeightDtype,
  form: WeightForm | FormOf,
): PackedTensor[] {
  const formOf = typeof form === 'string' ? () => form : form;
  let end = 0;
  return parameters.flatMap((parameter) => {
    const dtype = dtypeOf(parameter) === 'F16' ? 'F16' : 'F32';
    return planParameter(parameter, dtype, formOf(parameter.name)).map((tensor) => {
      const offset = aligned(end);
      const bytes = packedElementBytes(tensor.dtype) * tensor.shape.reduce((count, size) => count * size, 1);
      end = offset + bytes;
      return { ...tensor, offset, bytes };
    });
  });
}

/** Length of the weights file of `tensors`. */
export const packedBytes = (tensors: readonly PackedTensor[]): number => {
  const last = tensors.at(-1);
  return last ? last.offset + last.bytes : 0;
};

/**
 * The bytes of the weights file in order, gaps filled with zeros; at any time no more than one tensor's result and some
 * rows of the checkpoint's are held. Integers are those that `rounded` has for a weight, else the nearest. Rejects with
 * `bad-model` where a number that is to be rounded is not finite.
 */
export async function* packStage(
  tensors: readonly PackedTensor[],
  source: TensorSource,
  rounded: RoundedWeight = async () => undefined,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const [key, planned] of byKey(tensors)) {
    for await (const { offset, bytes } of encoded(planned, weightOf(source, key), await rounded(key))) {
      if (offset > at) yield new Uint8Array(offset - at);
      yield bytes;
      at = offset + bytes.length;
    }
  }
}

/** The integers of a weight, where somebody has rounded it. */
export type RoundedWeight = (key: string) => Promise<IntegerWeight | undefined>;

function weightOf(source: TensorSource, key: string): Weight {
  const { dtype, ...info } = source.info(key)!;
  const read = (rows: Rows): Promise<Uint8Array> => source.read(key, rows);
  return { name: `${source.name}: ${key}`, dtype: dtype as WeightDtype, ...info, read };
}

/** What is stored of each of the checkpoint's tensors: scales stand beside what they scale. */
export function byKey(tensors: readonly PackedTensor[]): Map<string, PackedTensor[]> {
  const groups = new Map<string, PackedTensor[]>();
  for (const tensor of tensors) {
    const { key } = keyOf(tensor.name);
    const group = groups.get(key);
    if (group) group.push(tensor);
    else groups.set(key, [tensor]);
  }
  return groups;
}

export interface GraphOptions extends LoweringOptions {
  /** The name that the external data refer to. */
  readonly weightsFile?: string;
  /** Most bytes of weights that are the graph's constants, which may be widened for good (graphBuilder.ts). */
  readonly constantBytes?: number;
}

/**
 * The serialized ONNX graph of a stage for one size. `tensors` is the plan that the weights file was packed by.
 */
export function stageGraph(
  description: ModelDescription,
  stage: StageName,
  size: StageSize,
  tensors: readonly PackedTensor[],
  options: GraphOptions = {},
): Uint8Array {
  return graphOf(stage, tensors, (net) => describe(net, description, stage, size), size, options).build();
}

/** The same in at most `count` segments, each a graph over its own share of the one weights file. */
export const stageSegments = (...stage: StageInSegments): StageSegment[] => written(stageInSegments(...stage));

/** What each of those segments takes of the heap; of one, what the stage takes as a whole. */
export const segmentNeeds = (...stage: StageInSegments): HeapNeed[] =>
  stageInSegments(...stage).map(({ graph }) => graph.need());

/** Both of a network that is no stage of a model, and has no picture's size; it is called after `stage`. */
export const networkSegments = (...network: NetworkInSegments): StageSegment[] => written(inSegments(...network));
export const networkNeeds = (...network: NetworkInSegments): HeapNeed[] =>
  inSegments(...network).map(({ graph }) => graph.need());

/** Of `tensors`, what the part of a UNet takes that is handed its deep features. */
export function shallowTensors(
  description: ModelDescription,
  { deep }: StageSize,
  tensors: readonly PackedTensor[],
): PackedTensor[] {
  const planned = byKey(tensors);
  const parameters = parametersOf(description, 'unet', deep ? { deep } : {});
  return parameters.flatMap(({ name }) => planned.get(name) ?? []);
}

type StageInSegments = [
  description: ModelDescription,
  stage: StageName,
  size: StageSize,
  tensors: readonly PackedTensor[],
  count: number,
  options?: GraphOptions,
];

const stageInSegments = (...[description, stage, size, packed, count, options]: StageInSegments) =>
  inSegments(stage, (net) => describe(net, description, stage, size), packed, count, size, options);

type NetworkInSegments = [
  stage: StageName,
  network: (net: Layers) => void,
  packed: readonly PackedTensor[],
  count: number,
  size?: Pick<StageSize, 'height' | 'width'>,
  options?: GraphOptions,
];

const NO_PICTURE = { height: 0, width: 0 };

const written = (segments: ReturnType<typeof inSegments>): StageSegment[] =>
  segments.map(({ inputs, outputs, tensors, graph }) => ({ inputs, outputs, tensors, graph: graph.build() }));

function inSegments(...[stage, network, packed, count, size = NO_PICTURE, options = {}]: NetworkInSegments) {
  const planned = byKey(packed);
  const tensorsOf = ({ name }: Parameter): PackedTensor[] => planned.get(name) ?? [];
  const bytesOf = (parameter: Parameter): number => tensorsOf(parameter).reduce((sum, { bytes }) => sum + bytes, 0);
  return segmentsOf(network, bytesOf, count).map((segment) => {
    const tensors = segment.parameters.flatMap(tensorsOf);
    return { ...segment, tensors, graph: graphOf(stage, tensors, segment.describe, size, options) };
  });
}

function graphOf(
  stage: StageName,
  tensors: readonly PackedTensor[],
  network: (net: Layers) => void,
  { height, width }: Pick<StageSize, 'height' | 'width'>,
  { weightsFile = WEIGHTS_FILE, constantBytes, ...lowering }: GraphOptions,
): GraphBuilder {
  const graph = new GraphBuilder(stage, tensors, weightsFile, constantBytes);
  network(onnxLayers(graph, { pixels: height * width, ...lowering }));
  return graph;
}
