/**
 * From a checkpoint's tensors to a stage as it is stored and opened: the plan of its weights file, the file's bytes as
 * a stream, and the ONNX graph over it. Weights keep the checkpoint's layout and precision; only BF16, which ONNX
 * Runtime Web cannot widen, becomes F32 on the way, exactly.
 */
import { isWeightDtype } from './dtype';
import { describe } from './graph/network';
import { GraphBuilder } from './graph/onnx/graphBuilder';
import { onnxLayers } from './graph/onnx/onnxLayers';
import { parametersOf } from './graph/parameters';
import { bf16ToF32 } from './half';
import { ALIGNMENT_BYTES } from './manifest';
import { badModel } from './refuse';
import type { ModelDescription } from './sd15';
import type { PackedTensor, StageName, StageSize } from './stage';
import type { TensorSource } from './tensorSource';

/** The name under which a graph looks for its weights unless told otherwise. */
export const WEIGHTS_FILE = 'weights';

/**
 * What a stage's weights file holds, in order. `bad-model` where `source` lacks a tensor, or has it in another shape
 * or in a dtype other than F32, F16, BF16.
 */
export function planStage(description: ModelDescription, stage: StageName, source: TensorSource): PackedTensor[] {
  let end = 0;
  return parametersOf(description, stage).map(({ name, shape }) => {
    const argument = `${source.name}: ${name}`;
    const info = source.info(name);
    if (!info) throw badModel(argument, `a tensor [${shape}]`, 'none');
    if (!isWeightDtype(info.dtype)) throw badModel(`${argument}: dtype`, 'F32, F16 or BF16', info.dtype);
    if (`${info.shape}` !== `${shape}`) throw badModel(`${argument}: shape`, `[${shape}]`, `[${info.shape}]`);
    const offset = aligned(end);
    const bytes = info.dtype === 'BF16' ? 2 * info.bytes : info.bytes;
    end = offset + bytes;
    return { name, dtype: info.dtype === 'F16' ? 'F16' : 'F32', shape, offset, bytes };
  });
}

/** Length of the weights file of `tensors`. */
export const packedBytes = (tensors: readonly PackedTensor[]): number => {
  const last = tensors.at(-1);
  return last ? last.offset + last.bytes : 0;
};

/** The bytes of the weights file, one tensor at a time, gaps filled with zeros. */
export async function* packStage(tensors: readonly PackedTensor[], source: TensorSource): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const tensor of tensors) {
    if (tensor.offset > at) yield new Uint8Array(tensor.offset - at);
    const bytes = await source.read(tensor.name);
    yield source.info(tensor.name)?.dtype === 'BF16' ? widened(bytes) : bytes;
    at = tensor.offset + tensor.bytes;
  }
}

/**
 * The serialized ONNX graph of a stage for one size. `tensors` is the plan that the weights file was packed by;
 * `weightsFile` the name that the external data refer to.
 */
export function stageGraph(
  description: ModelDescription,
  stage: StageName,
  size: StageSize,
  tensors: readonly PackedTensor[],
  weightsFile: string = WEIGHTS_FILE,
): Uint8Array {
  const graph = new GraphBuilder(stage, tensors, weightsFile);
  describe(onnxLayers(graph), description, stage, size);
  return graph.build();
}

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

function widened(bytes: Uint8Array): Uint8Array {
  // A slice may start at an odd address, where a Uint16Array cannot.
  const even = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint8Array(bf16ToF32(new Uint16Array(even.buffer, even.byteOffset, even.length / 2)).buffer);
}
