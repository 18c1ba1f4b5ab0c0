/**
 * The rows of a weight that lies packed (quantize/plan.ts), as the checkpoint has them: taken out as float32, changed, and put
 * back in the layout and the numbers they were stored in, integers under new scales.
 */
import { bytesOf, fromF32, toF32, view } from '../floats';
import { BLOCK, keyOf } from '../quantize/plan';
import { nibbles } from '../quantize/rounding';
import { transposeRows } from '../quantize/transpose';
import { fromNibbles, rowsTransposed } from '../quantize/unpacked';
import { badModel } from '../refuse';
import type { PackedTensor } from '../stage';
import type { Rows } from '../tensorSource';
import { checkFinite } from './finite';
import { roundedAgain } from './roundedAgain';

export interface PackedRows {
  readonly rows: number;
  /** Numbers in a row. */
  readonly columns: number;
  take(rows: Rows): Float32Array;
  /** Rejects with `bad-model` what the packed numbers cannot hold. */
  put(values: Float32Array, rows: Rows): void;
}

/** The bytes of a packed tensor, which are changed in place. */
export interface Packed extends Pick<PackedTensor, 'name' | 'dtype' | 'shape'> {
  readonly bytes: Uint8Array;
}

/** `tensors` are all that is stored of one weight; the last is the weight itself, before it may stand its scales. */
export function packedRows(tensors: readonly Packed[]): PackedRows {
  const weight = tensors.at(-1)!;
  const { layout } = keyOf(weight.name);
  const [scales] = tensors.length > 1 ? [new Float32Array(...view(tensors[0]!.bytes, 4))] : [];
  const count = weight.shape.reduce((product, size) => product * size, 1);
  if (layout === 'blocks') return blocks(weight, scales!, weight.shape[0]!, 2 * count);
  const transposed = layout === 'taps' || layout === 'columns';
  const rows = transposed ? weight.shape.at(-1)! : weight.shape[0]!;
  const columns = count / rows;
  const elements = elementsOf(weight);
  const parts = layout === 'taps' ? weight.shape[0]! : 1;
  const read = ({ begin, end }: Rows): Elements => {
    if (!transposed) return elements.slice(begin * columns, end * columns);
    const some = new (elements.constructor as new (length: number) => Elements)((end - begin) * columns);
    rowsTransposed(elements as Uint16Array, some as Uint16Array, begin, rows, parts);
    return some;
  };
  const write = (some: Elements, begin: number): void => {
    if (transposed) transposeRows(some as Uint16Array, elements as Uint16Array, begin, rows, parts);
    else elements.set(some, begin * columns);
  };
  if (scales) return integers(weight.name, { rows, columns, read: read as Read, write }, scales);
  const dtype = weight.dtype as 'F32' | 'F16';
  return {
    rows,
    columns,
    take: (some) => toF32(dtype, bytesOf(read(some))),
    put(values, { begin }) {
      checkFinite(weight.name, values, dtype);
      write(elementsOf({ dtype, bytes: fromF32(dtype, values) }), begin);
    },
  };
}

type Elements = Int8Array | Uint16Array | Float32Array;
type Read = (rows: Rows) => Int8Array;

const elementsOf = ({ dtype, bytes }: Pick<Packed, 'dtype' | 'bytes'>): Elements =>
  dtype === 'F32'
    ? new Float32Array(...view(bytes, 4))
    : dtype === 'F16'
      ? new Uint16Array(...view(bytes, 2))
      : new Int8Array(...view(bytes, 1));

interface IntegerRows {
  readonly rows: number;
  readonly columns: number;
  readonly read: Read;
  readonly write: (values: Int8Array, begin: number) => void;
}

/** A scale for each row. */
function integers(name: string, { rows, columns, read, write }: IntegerRows, scales: Float32Array): PackedRows {
  return {
    rows,
    columns,
    take(some) {
      const values = read(some);
      return scaled(values, scales.subarray(some.begin, some.end));
    },
    put(values, { begin, end }) {
      const integer = new Int8Array(values.length);
      roundedAgain(values, 127, scales.subarray(begin, end), integer, begin * columns);
      checkScales(name, scales.subarray(begin, end));
      write(integer, begin);
    },
  };
}

/** A scale for each `BLOCK` numbers of a row. */
function blocks({ name, bytes }: Packed, scales: Float32Array, rows: number, count: number): PackedRows {
  const columns = count / rows;
  const each = columns / BLOCK;
  return {
    rows,
    columns,
    take({ begin, end }) {
      const values = new Int8Array((end - begin) * columns);
      fromNibbles(bytes, (begin * columns) / 2, values);
      return scaled(values, scales.subarray(begin * each, end * each));
    },
    put(values, { begin, end }) {
      const integer = new Int8Array(values.length);
      const some = scales.subarray(begin * each, end * each);
      roundedAgain(values, 7, some, integer, begin * columns);
      checkScales(name, some);
      nibbles(integer, bytes, (begin * columns) / 2);
    },
  };
}

/** Runs of equal length, each times its scale. */
function scaled(values: Int8Array, scales: Float32Array): Float32Array {
  const numbers = new Float32Array(values.length);
  const length = values.length / scales.length;
  for (let run = 0, i = 0; run < scales.length; run++) {
    const scale = scales[run]!;
    for (const end = i + length; i < end; i++) numbers[i] = values[i]! * scale;
  }
  return numbers;
}

function checkScales(name: string, scales: Float32Array): void {
  if (scales.some(Number.isNaN)) throw badModel(name, 'finite numbers', 'infinity or NaN');
}
