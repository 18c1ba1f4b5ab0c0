/**
 * The UNet with one weight changed, and its bias with it, again and again: it is opened in segments, of which only the one that holds the weight is
 * opened anew, and only it and those behind it are run.
 */
import { bytesOf } from '../../models/floats';
import { encoded } from '../../models/quantize/encode';
import { keyOf } from '../../models/quantize/plan';
import { weightInMemory } from '../../models/quantize/weight';
import type { PackedTensor, SegmentedFile, StageSegment, StageWeights } from '../../models/stage';
import type { Backend, Stage } from '../backend/backend';
import { CodedError } from '../errors';
import type { Tensor, Tensors } from '../tensor';

/** Other numbers in place of a tensor, laid out as the checkpoint has it. */
export interface Change {
  readonly key: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A segment with another weight in it. Who has it closes it. */
export interface Patch {
  readonly index: number;
  readonly stage: Stage;
  close(): Promise<void>;
}

export interface PatchableUnet {
  /** Runs it once with nothing changed; the result runs it for the same inputs, from the patched segment on: the noise. */
  call(inputs: Tensors): Promise<(patch?: Patch) => Promise<Float32Array>>;
  /** With `changes`, all to tensors of one segment. `bad-argument` where one is not there. */
  patch(changes: readonly Change[]): Promise<Patch>;
  close(): Promise<void>;
}

/** `file` in float32, whose weights are closed with it. */
export async function patchableUnet(
  { name, segments, weights }: SegmentedFile,
  backend: Backend,
  signal: AbortSignal,
): Promise<PatchableUnet> {
  const open = async ({ graph, tensors }: StageSegment, from: StageWeights): Promise<Stage> => {
    await weights.prepare?.(tensors);
    return backend.open({ name, graph, weights: from }, signal);
  };
  const stages: Stage[] = [];
  const close = async (): Promise<void> => {
    for (const stage of stages.splice(0)) await stage.close();
    weights.close();
  };
  try {
    for (const segment of segments) stages.push(await open(segment, weights));
  } catch (thrown) {
    await close();
    throw thrown;
  }
  /** Runs segments from `first` on, adding what they give to `values`. */
  const run = async (first: number, values: Map<string, Tensor>, patch?: Patch): Promise<Float32Array> => {
    for (const [index, { inputs }] of segments.entries()) {
      if (index < first) continue;
      const stage = index === patch?.index ? patch.stage : stages[index]!;
      const given = await stage.run(Object.fromEntries(inputs.map((input) => [input, values.get(input)!])));
      for (const [output, value] of Object.entries(given)) values.set(output, value);
    }
    return values.get(segments.at(-1)!.outputs[0]!)!.data as Float32Array;
  };
  return {
    async call(inputs) {
      const exact = new Map(Object.entries(inputs));
      const noise = await run(0, exact);
      return async (patch) => (patch ? run(patch.index, new Map(exact), patch) : noise);
    },
    async patch(changes) {
      const tensorOf = ({ tensors }: StageSegment, key: string): PackedTensor | undefined =>
        tensors.find((tensor) => keyOf(tensor.name).key === key);
      const index = segments.findIndex((segment) => tensorOf(segment, changes[0]!.key));
      let other = weights;
      for (const { key, shape, values } of changes) {
        const tensor = segments[index] && tensorOf(segments[index], key);
        if (!tensor) throw new CodedError('bad-argument', { argument: 'key', expected: 'a weight', got: key });
        other = patched(other, tensor, await storedAs(tensor, shape, values));
      }
      const stage = await open(segments[index]!, other);
      return { index, stage, close: () => stage.close() };
    },
    close,
  };
}

async function storedAs(tensor: PackedTensor, shape: readonly number[], values: Float32Array): Promise<Uint8Array> {
  const stored = new Uint8Array(tensor.bytes);
  for await (const { offset, bytes } of encoded([tensor], weightInMemory(tensor.name, 'F32', shape, bytesOf(values))))
    stored.set(bytes, offset - tensor.offset);
  return stored;
}

/** `weights` with other bytes from `offset` on. */
const patched = (weights: StageWeights, { offset }: PackedTensor, bytes: Uint8Array): StageWeights => ({
  ...weights,
  read(begin, end) {
    if (begin === offset && end === offset + bytes.length) return bytes;
    const read = weights.read(begin, end);
    if (end <= offset || begin >= offset + bytes.length) return read;
    const copy = read.slice();
    const first = Math.max(0, begin - offset);
    copy.set(bytes.subarray(first, end - offset), Math.max(0, offset - begin));
    return copy;
  },
});
