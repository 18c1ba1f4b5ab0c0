/**
 * The operations one number at a time, but for what the kernels round: rows that go into a product, and queries, keys, shares and
 * values of attention. Sums are whole and exact here, and float64 all else, so that what the kernels differ by is float32 and what
 * a number close to the middle between two integers makes of it. Of activations without care; convolutions by patches not.
 */
import type { Layers, Value } from '../../../../models/graph/layers';
import { staysWide } from '../../../../models/quantize/plan';
import type { AttentionNumbers, Numbers as IntegerNumbers, Range } from '../../../../workers/backend/int8/numbers';
import { A_BLOCK_KEYS } from '../../../../workers/kernels/layout';
import type { Numbers } from './scalar';

export function roundedLayers(exact: Layers, integers: IntegerNumbers): Layers {
  const rows = (x: Value): Value => {
    const picture = x.shape.length === 4;
    const channels = picture ? x.shape[1]! : x.shape.at(-1)!;
    return inRows(x, channels, picture ? x.shape[2]! * x.shape[3]! : 1, integers.range(channels));
  };
  return {
    ...exact,
    conv2d: (scope, x, how) => exact.conv2d(scope, staysWide(`${scope}.weight`) ? x : rows(x), how),
    linear(scope, x, channels, options) {
      // A row that has neither pixels nor tokens is multiplied as it is.
      const alone = x.shape.length === 2 && x.shape[0] === 1;
      return exact.linear(scope, alone || staysWide(`${scope}.weight`) ? x : rows(x), channels, options);
    },
    attention(q, k, v, options) {
      const width = q.shape[2]! / options.heads;
      if (options.causal || width % 4 !== 0) return exact.attention(q, k, v, options);
      return attended(q as Numbers, k as Numbers, v as Numbers, width, integers.attention(width, A_BLOCK_KEYS));
    },
  };
}

/** Rows of `channels` numbers, `together` numbers from one to the next: of a picture its pixels, of tokens 1. */
function inRows(x: Value, channels: number, together: number, range: Range): Numbers {
  const from = (x as Numbers).data;
  const data = new Float64Array(from.length);
  const row = new Float64Array(channels);
  for (let first = 0; first < from.length; first += channels * together) {
    for (let i = first; i < first + together; i++) {
      for (let c = 0; c < channels; c++) row[c] = from[i + c * together]!;
      roundRow(row, range);
      for (let c = 0; c < channels; c++) data[i + c * together] = row[c]!;
    }
  }
  return { ...x, data };
}

/** To the nearest of `levels` steps from its least to its largest number. */
function roundRow(row: Float64Array, { levels }: Range): void {
  const [least, most] = [Math.min(...row), Math.max(...row)];
  const step = (most - least) / levels;
  for (const [i, value] of row.entries()) row[i] = step > 0 ? least + step * Math.round((value - least) / step) : least;
}

/** To the nearest of so many steps from 0 to its largest magnitude. */
function roundSigned(row: Float64Array, largest: number): void {
  const step = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / largest;
  for (const [i, value] of row.entries()) row[i] = step > 0 ? step * Math.round(value / step) : 0;
}

function attended(q: Numbers, k: Numbers, v: Numbers, width: number, numbers: AttentionNumbers): Numbers {
  const [batch, queries, channels] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const data = new Float64Array(q.data.length);
  const headOf = (of: Numbers, count: number, b: number, h: number): Float64Array[] =>
    Array.from({ length: count }, (_, t) => of.data.slice((b * count + t) * channels + h * width).subarray(0, width));
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < channels / width; h++) {
      const [asked, seen, values] = [headOf(q, queries, b, h), headOf(k, keys, b, h), headOf(v, keys, b, h)];
      for (const each of asked) roundRow(each, numbers.queries);
      for (const each of seen) roundSigned(each, numbers.largestKey);
      for (let begin = 0; begin < keys; begin += A_BLOCK_KEYS) {
        const block = values.slice(begin, begin + A_BLOCK_KEYS);
        for (let c = 0; c < width; c++) {
          const channel = Float64Array.from(block, (value) => value[c]!);
          roundSigned(channel, numbers.largestValue);
          for (const [t, value] of block.entries()) value[c] = channel[t]!;
        }
      }
      for (const [t, query] of asked.entries())
        data.set(mixed(query, seen, values, numbers.shares.levels), (b * queries + t) * channels + h * width);
    }
  }
  return { ...q, data };
}

/** What a query sees, by shares that are whole levels of the largest in their block. */
function mixed(
  query: Float64Array,
  seen: readonly Float64Array[],
  values: readonly Float64Array[],
  levels: number,
): Float64Array {
  const products = seen.map(
    (key) => key.reduce((sum, value, c) => sum + value * query[c]!, 0) / Math.sqrt(query.length),
  );
  const most = Math.max(...products);
  const sums = new Float64Array(query.length);
  let total = 0;
  for (let begin = 0; begin < seen.length; begin += A_BLOCK_KEYS) {
    const block = products.slice(begin, begin + A_BLOCK_KEYS);
    const largest = Math.max(...block);
    for (const [t, product] of block.entries()) {
      const share = Math.exp(largest - most) * Math.round(levels * Math.exp(product - largest));
      total += share;
      for (const [c, value] of values[begin + t]!.entries()) sums[c]! += share * value;
    }
  }
  return sums.map((sum) => sum / total);
}
