/** The bytes of packed tensors from the checkpoint's tensor that they were planned for. */
import type { WeightDtype } from '../dtype';
import { bytesOf, fromF32, toF32, view } from '../floats';
import type { PackedTensor } from '../stage';
import { BLOCK, keyOf, type Layout } from './plan';
import { nibbles, quantize } from './rounding';
import { transposeRows } from './transpose';

/** Weights that are rounded at a time, about: few enough to stay in the processor's cache. */
const TOGETHER = 1 << 17;

/** Runs that are rounded at a time, at least: as many results lie side by side once they are transposed. */
const RUNS = 32;

type Planned = Pick<PackedTensor, 'name' | 'dtype' | 'shape'>;

/**
 * What a weight of `bytes` in `dtype` is, as stored: one result for each of `tensors`, which are all that is planned for
 * it, or only the last. `undefined` where a number that is to be rounded to an integer is not finite.
 */
export function encoded(tensors: readonly Planned[], from: WeightDtype, bytes: Uint8Array): Uint8Array[] | undefined {
  const { name, dtype, shape } = tensors.at(-1)!;
  const { layout } = keyOf(name);
  if (dtype === 'F32' || dtype === 'F16') {
    const plain = dtype === from ? bytes : fromF32(dtype, toF32(from, bytes));
    return [layout === 'taps' ? tapsFirst(plain, dtype, shape) : plain];
  }
  const target = integers(layout, shape);
  const scales = round(from, bytes, target);
  if (scales.some(Number.isNaN)) return undefined;
  return tensors.length > 1 ? [bytesOf(scales), target.stored] : [target.stored];
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

/** Quantizes a whole weight, some runs at a time: beside the result only those are ever held. Returns the scales. */
function round(from: WeightDtype, bytes: Uint8Array, { runs, most, put }: Integers): Float32Array {
  const scales = new Float32Array(runs);
  const bytesOfRun = bytes.length / runs;
  const length = bytesOfRun / (from === 'F32' ? 4 : 2);
  const together = Math.max(RUNS, Math.floor(TOGETHER / length));
  const values = new Int8Array(Math.min(together, runs) * length);
  for (let first = 0; first < runs; first += together) {
    const last = Math.min(runs, first + together);
    const some = values.subarray(0, (last - first) * length);
    const weights = toF32(from, bytes.subarray(first * bytesOfRun, last * bytesOfRun));
    quantize(weights, most, scales.subarray(first, last), some);
    put(some, first);
  }
  return scales;
}

/** `[K, C, 3, 3]` as `[9, C, K]`. */
function tapsFirst(bytes: Uint8Array, dtype: 'F32' | 'F16', [taps, , results]: readonly number[]): Uint8Array {
  const turned = new Uint8Array(bytes.length);
  if (dtype === 'F32') {
    const values = new Uint32Array(...view(bytes, 4));
    transposeRows(values, new Uint32Array(turned.buffer), 0, results!, taps!);
  } else {
    const values = new Uint16Array(...view(bytes, 2));
    transposeRows(values, new Uint16Array(turned.buffer), 0, results!, taps!);
  }
  return turned;
}
