/**
 * Frames between page and host (`bridge-android/PROTOCOL.md`, section 2): safetensors whose `__metadata__` says what is
 * asked. What comes in is believed in nothing.
 */
import { headerInMemory, type TensorEntry } from '../../../models/safetensorsHeader';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import { CodedError } from '../../errors';
import type { Tensor } from '../../tensor';
import { MAX_FRAME_BYTES, MAX_HEADER_BYTES, MAX_TENSORS } from './limits';

/** A tensor of a network, or bytes. */
export type FrameTensor =
  | Tensor
  | { readonly type: 'uint8'; readonly shape: readonly number[]; readonly data: Uint8Array };

export interface Frame {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, FrameTensor>;
}

/** Names of types in the engine, and in frames. */
export const DTYPES = { float32: 'F32', int32: 'I32', uint8: 'U8' } as const;

/** Bytes as a tensor, `[bytes.length]`. */
export const bytesTensor = (data: Uint8Array): FrameTensor => ({ type: 'uint8', shape: [data.length], data });

/** The frame of `metadata` and `tensors`, those of bytes last. `bad-argument` where it is above a cap. */
export function encodeFrame(
  metadata: Readonly<Record<string, string>>,
  tensors: Readonly<Record<string, FrameTensor>> = {},
): ArrayBuffer {
  const named = Object.entries(tensors).map(
    ([name, { type, shape, data }]): NamedTensor => ({
      ...{ name, dtype: DTYPES[type], shape },
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    }),
  );
  const wide = named.filter(({ dtype }) => dtype !== 'U8');
  const file = encodeSafetensors([...wide, ...named.filter(({ dtype }) => dtype === 'U8')], metadata);
  if (file.length > MAX_FRAME_BYTES) {
    const details = { argument: 'frame', expected: `at most ${MAX_FRAME_BYTES} bytes`, got: `${file.length}` };
    throw new CodedError('bad-argument', details);
  }
  return file.buffer as ArrayBuffer;
}

/** What `data` holds; tensors are views of it where they can be. `bad-host` says which rule it breaks. */
export function decodeFrame(data: unknown): Frame {
  if (!(data instanceof ArrayBuffer)) throw badFrame('frame', 'an ArrayBuffer', typeof data);
  const bytes = new Uint8Array(data);
  if (bytes.length > MAX_FRAME_BYTES) throw badFrame('frame', `at most ${MAX_FRAME_BYTES} bytes`, `${bytes.length}`);
  if (bytes.length > 8 && bytes[8] !== BRACE) throw badFrame('frame: header', '{', `byte ${bytes[8]}`);
  const { metadata, tensors } = header(bytes);
  if (metadata.size === 0) throw badFrame('frame: __metadata__', 'an object of strings', 'nothing');
  if (tensors.size > MAX_TENSORS) throw badFrame('frame', `at most ${MAX_TENSORS} tensors`, `${tensors.size}`);
  return { metadata, tensors: new Map([...tensors].map(([name, entry]) => [name, tensorAt(data, name, entry)])) };
}

const BRACE = '{'.charCodeAt(0);

const badFrame = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-host', { argument, expected, got });

function header(bytes: Uint8Array) {
  try {
    return headerInMemory('frame', bytes, MAX_HEADER_BYTES);
  } catch (thrown) {
    throw thrown instanceof CodedError ? badFrame(thrown.argument, thrown.expected, thrown.got) : thrown;
  }
}

function tensorAt(data: ArrayBuffer, name: string, { dtype, shape, start, end }: TensorEntry): FrameTensor {
  if (dtype === 'U8') return { type: 'uint8', shape, data: new Uint8Array(data, start, end - start) };
  if (dtype !== 'F32' && dtype !== 'I32') throw badFrame(`frame: ${name}: dtype`, 'F32, I32 or U8', dtype);
  const aligned = start % 4 === 0;
  const of: [ArrayBuffer, number, number] = aligned
    ? [data, start, (end - start) / 4]
    : [data.slice(start, end), 0, (end - start) / 4];
  return dtype === 'F32'
    ? { type: 'float32', shape, data: new Float32Array(...of) }
    : { type: 'int32', shape, data: new Int32Array(...of) };
}
