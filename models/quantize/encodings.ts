/**
 * From the range of a tensor to the integers it becomes: value = scale · (integer - zeroPoint), over the range of its
 * values and zero, which is an integer of its own (Jacob et al. 2018, arXiv 1712.05877, section 2.1). No range is clipped.
 */
import { CodedError } from '../errors';
import type { Tap } from '../graph/qnn/drawing';

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface Encoding {
  readonly type: 'uint16' | 'int16' | 'uint8' | 'int32';
  /** A float32, at least `SMALLEST_SCALE`. */
  readonly scale: number;
  readonly zeroPoint: number;
}

/**
 * Tensors that are hardly more than zero have steps of this size: of smaller ones, products with weights would leave
 * no room for a bias in 32 bits.
 */
export const SMALLEST_SCALE = 2 ** -30;

/**
 * The encoding of each tap of a network whose `ranges` were measured, by the taps' names; activations of 8 bits are all
 * asymmetric. Asked for a tap that is not among them, it throws `bad-argument`.
 */
export function encodingsFor(ranges: ReadonlyMap<string, Range>, bits: 16 | 8): (tap: Tap) => Encoding {
  return (tap) => {
    if (tap.unit && !tap.symmetric) return unit(bits);
    const range = tap.unit ? { min: 0, max: 1 } : ranges.get(tap.name);
    if (!range) throw new CodedError('bad-argument', { argument: tap.name, expected: 'a measured range', got: 'none' });
    return tap.symmetric && bits === 16 ? symmetric(range) : asymmetric(range, bits);
  };
}

/** Over `range` and zero, in 16 or 8 bits: |x - value| ≤ scale / 2 for every x of it. `bad-argument` where it is none. */
export function asymmetric({ min, max }: Range, bits: 16 | 8): Encoding {
  const [low, high] = checked(min, max);
  const levels = 2 ** bits - 1;
  const scale = scaleOf((high - low) / levels);
  return { type: bits === 16 ? 'uint16' : 'uint8', scale, zeroPoint: Math.min(levels, Math.round(-low / scale)) };
}

/** The same in int16 around zero. */
export function symmetric({ min, max }: Range): Encoding {
  const [low, high] = checked(min, max);
  return { type: 'int16', scale: scaleOf(Math.max(-low, high) / 32767), zeroPoint: 0 };
}

/** [0, 1) in steps of 2^-bits, which QNN demands of what Sigmoid leaves; 1 itself is a step less. */
export function unit(bits: 16 | 8): Encoding {
  return { type: bits === 16 ? 'uint16' : 'uint8', scale: 2 ** -bits, zeroPoint: 0 };
}

/** Over the range of `values` themselves; around zero where `type` is signed. */
export function encodingOf(values: Float32Array, type: Encoding['type']): Encoding {
  let [min, max] = [0, 0];
  for (const value of values) [min, max] = [Math.min(min, value), Math.max(max, value)];
  if (type === 'int16') return symmetric({ min, max });
  if (type === 'int32') return { type, scale: scaleOf(Math.max(-min, max) / 2 ** 30), zeroPoint: 0 };
  return asymmetric({ min, max }, type === 'uint16' ? 16 : 8);
}

const ARRAYS = { uint16: Uint16Array, int16: Int16Array, uint8: Uint8Array, int32: Int32Array } as const;
const ENDS = { uint16: [0, 65535], int16: [-32768, 32767], uint8: [0, 255], int32: [-(2 ** 31), 2 ** 31 - 1] } as const;

/** `values` as integers, what lies beyond the range at its ends. */
export function quantized(values: Float32Array, { type, scale, zeroPoint }: Encoding) {
  const [least, most] = ENDS[type];
  const integer = (value: number): number => Math.max(least, Math.min(most, Math.round(value / scale) + zeroPoint));
  const integers = new ARRAYS[type](values.length);
  for (const [i, value] of values.entries()) integers[i] = integer(value);
  return integers;
}

function checked(min: number, max: number): [low: number, high: number] {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) {
    const got = `${min} to ${max}`;
    throw new CodedError('bad-argument', { argument: 'range', expected: 'two finite numbers in order', got });
  }
  return [Math.min(min, 0), Math.max(max, 0)];
}

/** Rounded up to a float32, lest the ends fall outside. */
function scaleOf(step: number): number {
  const rounded = Math.fround(step);
  const scale = rounded < step ? Math.fround(step * (1 + 2 ** -23)) : rounded;
  return Math.max(scale, SMALLEST_SCALE);
}
