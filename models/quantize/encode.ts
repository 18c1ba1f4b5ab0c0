/**
 * The bytes of packed tensors from the checkpoint's tensor that they were planned for, which is read some rows at a time:
 * of a weight that is turned around or rounded the result is held as a whole, what stays as it is passes by.
 */

import { CodedError } from '../errors';
import { bytesOf, fromF32, toF32, view } from '../floats';
import { packedElementBytes } from '../manifest';
import { checkRange } from '../range';
import { badModel } from '../refuse';
import type { PackedTensor } from '../stage';
import type { IntegerWeight } from './integerWeights';
import { BLOCK, keyOf, type Layout } from './plan';
import { nibbles, quantize } from './rounding';
import { overSteps } from './steps';
import { transposeRows } from './transpose';
import { ROWS, slices, type Weight } from './weight';

/** Weights that are rounded at a time, about: few enough to stay in the processor's cache. */
const TOGETHER = 1 << 17;

/** Some bytes of the weights file, and where they lie. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

type Planned = Pick<PackedTensor, 'name' | 'dtype' | 'shape' | 'offset'>;

/**
 * `weight` as stored, from front to back: what all `tensors` hold, which are all that is planned for it, or only the last.
 * Where it becomes integers these are `rounded`, or the nearest. Rejects with `bad-model` where a number that is to be
 * rounded to an integer is not finite, or one that is to be halved is beyond what 16 bits hold, with `bad-argument` where `rounded` has more bits than are planned.
 */
export async function* encoded(
  tensors: readonly Planned[],
  weight: Weight,
  rounded?: IntegerWeight,
): AsyncGenerator<Piece> {
  const { name, dtype, shape, offset } = tensors.at(-1)!;
  const { layout } = keyOf(name);
  if (dtype === 'F32' || dtype === 'F16') {
    const plain = inDtype(weight, dtype);
    if (layout === 'taps') return yield { offset, bytes: await tapsFirst(plain, dtype, shape) };
    let at = offset;
    for await (const bytes of plain) {
      yield { offset: at, bytes };
      at += bytes.length;
    }
    return;
  }
  if (layout === 'nibbles') return yield* folded(tensors, weight.name, rounded);
  const target = integers(layout, shape);
  const scales = rounded ? placed(weight.name, rounded, target) : await round(weight, target);
  if (scales.some(Number.isNaN)) throw badModel(weight.name, 'finite numbers', 'infinity or NaN');
  if (tensors.length > 1) yield { offset: tensors[0]!.offset, bytes: bytesOf(scales) };
  yield { offset, bytes: target.stored };
}

/** A kernel in four bits and steps, which nobody rounds on the way. */
function* folded(tensors: readonly Planned[], argument: string, rounded?: IntegerWeight): Generator<Piece> {
  const [scales, steps, four] = tensors as [Planned, Planned, Planned];
  if (!rounded?.steps)
    throw new CodedError('bad-argument', { argument, expected: 'integers in four bits and steps', got: 'none' });
  yield { offset: scales.offset, bytes: bytesOf(rounded.scales) };
  yield { offset: steps.offset, bytes: rounded.steps };
  const stored = new Uint8Array(rounded.values.length / 2);
  nibbles(overSteps(rounded.values, rounded.steps), stored, 0);
  yield { offset: four.offset, bytes: stored };
}

/** All of `weight` as numbers of `dtype`, some rows at a time. */
async function* inDtype(weight: Weight, dtype: 'F32' | 'F16'): AsyncGenerator<Uint8Array, void> {
  for await (const bytes of slices(weight)) {
    if (dtype === weight.dtype) yield bytes;
    else {
      const numbers = toF32(weight.dtype, bytes);
      if (dtype === 'F16') checkRange(weight.name, numbers);
      yield fromF32(dtype, numbers);
    }
  }
}

/** `[K, C, 3, 3]` as `[9, C, K]`. */
async function tapsFirst(
  plain: AsyncIterable<Uint8Array>,
  dtype: 'F32' | 'F16',
  [taps, channels, results]: readonly number[],
): Promise<Uint8Array> {
  const elements = (bytes: Uint8Array): Uint32Array | Uint16Array =>
    dtype === 'F32' ? new Uint32Array(...view(bytes, 4)) : new Uint16Array(...view(bytes, 2));
  const length = taps! * channels!;
  const turned = new Uint8Array(length * results! * packedElementBytes(dtype));
  let first = 0;
  for await (const bytes of plain) {
    const rows = elements(bytes);
    transposeRows(rows, elements(turned), first, results!, taps!);
    first += rows.length / length;
  }
  return turned;
}

interface Integers {
  /** How many runs of weights have a scale of their own. */
  readonly runs: number;
  /** The largest magnitude of an integer. */
  readonly most: number;
  /** What they become. */
  readonly stored: Uint8Array;
  /** Stores the integers of some whole runs. */
  put(values: Int8Array, firstRun: number): void;
}

function integers(layout: Layout, shape: readonly number[]): Integers {
  const stored = new Uint8Array(shape.reduce((product, size) => product * size, 1));
  const values = new Int8Array(stored.buffer);
  if (layout === 'blocks') {
    const put: Integers['put'] = (some, run) => nibbles(some, stored, (run * BLOCK) / 2);
    return { runs: (2 * stored.length) / BLOCK, most: 7, stored, put };
  }
  if (layout === 'rows') {
    const [runs, width] = shape as [number, number];
    return { runs, most: 127, stored, put: (some, run) => values.set(some, run * width) };
  }
  const runs = shape.at(-1)!;
  const taps = layout === 'taps' ? shape[0]! : 1;
  return { runs, most: 127, stored, put: (some, run) => transposeRows(some, values, run, runs, taps) };
}

/** Stores integers that somebody else made, and returns their scales: runs of a row share the row's. */
function placed(name: string, { values, scales, most }: IntegerWeight, target: Integers): Float32Array {
  if (most > target.most) {
    throw new CodedError('bad-argument', {
      argument: name,
      expected: `integers within ±${target.most}`,
      got: `±${most}`,
    });
  }
  target.put(values, 0);
  const runs = target.runs / scales.length;
  return Float32Array.from({ length: target.runs }, (_, run) => scales[Math.floor(run / runs)]!);
}

/** Quantizes a whole weight, some runs at a time: beside the result only those are ever held. Returns the scales. */
async function round(weight: Weight, { runs, most, put }: Integers): Promise<Float32Array> {
  const scales = new Float32Array(runs);
  const bytesOfRun = weight.bytes / runs;
  const length = bytesOfRun / (weight.dtype === 'F32' ? 4 : 2);
  const together = Math.max(ROWS, Math.floor(TOGETHER / length));
  const values = new Int8Array(Math.min(together, runs) * length);
  let first = 0;
  for await (const slice of slices(weight))
    for (let at = 0; at < slice.length; at += together * bytesOfRun) {
      const weights = toF32(weight.dtype, slice.subarray(at, at + together * bytesOfRun));
      const last = first + weights.length / length;
      const some = values.subarray(0, weights.length);
      quantize(weights, most, scales.subarray(first, last), some);
      put(some, first);
      first = last;
    }
  return scales;
}
