/**
 * A PNG file as a row of chunks (PNG 3rd edition, §5): written, and walked through by their headers alone, so that of a large
 * picture only what is asked for is read.
 */

import { CodedError } from '../../models/errors';
import type { ByteSource } from '../../models/source';
import { crc32 } from './crc32';

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Length and type before a chunk's data, a CRC behind it. */
const HEADER_BYTES = 8;
const CRC_BYTES = 4;

/** Length, type, data, and a CRC over the latter two (§5.3). `type` is four ASCII letters. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + data.length + CRC_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + data.length, crc32(bytes.subarray(4, HEADER_BYTES + data.length)));
  return bytes;
}

/** `png` with `chunks` behind its header, which is always the first chunk and 13 bytes long. */
export function withChunks(png: Uint8Array, chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const head = PNG_SIGNATURE.length + HEADER_BYTES + 13 + CRC_BYTES;
  const parts = [png.subarray(0, head), ...chunks, png.subarray(head)];
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A chunk that has not been read yet. */
export interface FoundChunk {
  readonly type: string;
  /** Of its data, bytes. */
  readonly length: number;
  /** What its data begins with, `bytes` of it or all there is; the CRC is not looked at. */
  head(bytes: number): Promise<Uint8Array>;
  /** Its data; rejects with `bad-image` where the CRC is another. */
  data(): Promise<Uint8Array>;
}

/**
 * The chunks of `file`, as far as they go: the last is `IEND`. Throws `bad-image` where `file` is no PNG file, or a chunk
 * claims more bytes than there are.
 */
export async function* pngChunks(file: ByteSource): AsyncGenerator<FoundChunk, void> {
  const start = await file.read(0, Math.min(PNG_SIGNATURE.length, file.size));
  if (!PNG_SIGNATURE.every((byte, i) => start[i] === byte)) {
    throw badImage(file.name, 'a PNG file', start.length === 0 ? 'an empty file' : 'a file of another kind');
  }
  for (let at = PNG_SIGNATURE.length; ; ) {
    const place = `${file.name}: chunk at byte ${at}`;
    const left = file.size - at;
    if (left < HEADER_BYTES + CRC_BYTES) throw badImage(place, 'a chunk, or IEND before it', `${left} bytes`);
    const header = await file.read(at, at + HEADER_BYTES);
    const length = new DataView(header.buffer, header.byteOffset).getUint32(0);
    const [from, to] = [at + HEADER_BYTES, at + HEADER_BYTES + length];
    if (to + CRC_BYTES > file.size) {
      throw badImage(place, `${length} bytes of data`, `${Math.max(0, file.size - CRC_BYTES - from)}`);
    }
    const type = String.fromCharCode(...header.subarray(4));
    if (!/^[A-Za-z]{4}$/.test(type)) throw badImage(place, 'a type of four letters', JSON.stringify(type));
    yield {
      type,
      length,
      head: (bytes) => file.read(from, Math.min(from + bytes, to)),
      data: () => checkedData(file, place, from, to),
    };
    if (type === 'IEND') return;
    at = to + CRC_BYTES;
  }
}

async function checkedData(file: ByteSource, place: string, from: number, to: number): Promise<Uint8Array> {
  const bytes = await file.read(from - 4, to + CRC_BYTES);
  const given = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - CRC_BYTES);
  const counted = crc32(bytes.subarray(0, -CRC_BYTES));
  if (given !== counted) throw badImage(place, `the CRC ${hex(counted)}`, hex(given));
  return bytes.subarray(4, -CRC_BYTES);
}

const hex = (crc: number): string => crc.toString(16).padStart(8, '0');

export const badImage = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-image', { argument, expected, got });
