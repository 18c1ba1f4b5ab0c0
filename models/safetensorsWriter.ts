/** Writes a safetensors file: header padded with spaces to 8 bytes, tensors in the order given, no holes. */
import { bitsOf, type Dtype, elementCount } from './dtype';
import { CodedError } from './errors';

/** A tensor to be written; `data` holds its bytes, little endian, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** What stands before the tensors' bytes: an 8-byte length, then `entries` as a JSON object, padded to 8 bytes. */
export function encodeHeader(entries: readonly (readonly [string, unknown])[]): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, 8);
  return head;
}

/**
 * The bytes of a file with `tensors` and, as `__metadata__`, `metadata`.
 * `bad-argument` where a tensor's bytes are not those of its shape and dtype.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: [string, unknown][] = metadata ? [['__metadata__', metadata]] : [];
  let offset = 0;
  for (const { name, dtype, shape, data } of tensors) {
    const bytes = ((elementCount(shape) ?? Number.NaN) * bitsOf(dtype)) / 8;
    if (bytes !== data.length) {
      throw new CodedError('bad-argument', { argument: name, expected: `${bytes} bytes`, got: `${data.length}` });
    }
    header.push([name, { dtype, shape, data_offsets: [offset, offset + bytes] }]);
    offset += bytes;
  }
  const head = encodeHeader(header);
  const file = new Uint8Array(head.length + offset);
  file.set(head);
  let at = head.length;
  for (const { data } of tensors) {
    file.set(data, at);
    at += data.length;
  }
  return file;
}
