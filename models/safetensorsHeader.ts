/**
 * The header of a safetensors file, believed in nothing (github.com/huggingface/safetensors, README "Format" and the
 * checks of `tensor.rs`): 8 bytes little-endian length, that many bytes of JSON, then the tensors' bytes, which must
 * cover the rest of the file exactly, without holes and without overlap.
 */
import { bitsOf, type Dtype, elementCount, isDtype } from './dtype';
import { MAX_HEADER_BYTES } from './firstBytes';
import { decodeText, parseJson } from './json';
import { badModel, shown } from './refuse';
import type { ByteSource } from './source';
import type { TensorInfo } from './tensorSource';

/** Where a tensor lies; offsets are from the start of the file. */
export interface TensorEntry extends TensorInfo {
  readonly dtype: Dtype;
  readonly start: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** Reads and checks the header. `bad-model` names the file and, where it is one tensor's fault, the tensor. */
export async function readHeader(source: ByteSource): Promise<Header> {
  const { name, size } = source;
  const prefix = await source.read(0, Math.min(8, size));
  const length = headerLength(name, prefix, size);
  return headerOf(name, await source.read(8, 8 + length), size);
}

/** As `readHeader`, from all `bytes` of a file that is in memory; `maxBytes` of the header. */
export function headerInMemory(file: string, bytes: Uint8Array, maxBytes: number): Header {
  const length = headerLength(file, bytes, bytes.length, maxBytes);
  return headerOf(file, bytes.subarray(8, 8 + length), bytes.length);
}

/** `bytes` are those of the header alone. */
function headerOf(file: string, bytes: Uint8Array, size: number): Header {
  const json = parseHeader(file, bytes);
  const dataStart = 8 + bytes.length;
  const tensors = new Map<string, TensorEntry>();
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') metadata = parseMetadata(file, value);
    else tensors.set(name, parseEntry(`${file}: ${name}`, value, dataStart));
  }
  checkCover(file, tensors, dataStart, size);
  return { metadata, tensors };
}

/** From the first 8 bytes of a file of `size` bytes. */
function headerLength(file: string, prefix: Uint8Array, size: number, maxBytes = MAX_HEADER_BYTES): number {
  if (size < 8) throw cutShort(file, 'at least 8 bytes', size);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxBytes)) throw badModel(`${file}: header length`, `at most ${maxBytes}`, String(length));
  if (8n + length > BigInt(size)) {
    throw cutShort(file, `at least ${8n + length} bytes, where its header ends`, size);
  }
  return Number(length);
}

/** The commonest damage: a download or a copy that broke off. */
const cutShort = (file: string, expected: string, size: number): Error =>
  badModel(file, expected, `${size} bytes: it is cut short`);

function parseHeader(file: string, bytes: Uint8Array): object {
  const argument = `${file}: header`;
  const text = decodeText(argument, bytes);
  const json = parseJson(argument, text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw badModel(argument, 'a JSON object', shown(json));
  }
  const kept = Object.keys(json).length;
  const written = countTopLevelKeys(text);
  if (written !== kept) throw badModel(argument, 'each name once', `${written} names, ${kept} of them different`);
  return json;
}

/** Keys of the outermost object of valid JSON, repeated ones counted each time; `JSON.parse` keeps only the last. */
function countTopLevelKeys(text: string): number {
  let depth = 0;
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === ':' && depth === 1) keys += 1;
    else if (character === '"') {
      for (i += 1; text[i] !== '"'; i++) if (text[i] === '\\') i += 1;
    }
  }
  return keys;
}

function parseMetadata(file: string, value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badModel(`${file}: __metadata__`, 'an object of strings', shown(value));
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw badModel(`${file}: __metadata__.${key}`, 'a string', shown(text));
  }
  return new Map(Object.entries(value));
}

function parseEntry(argument: string, value: unknown, dataStart: number): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (!isDtype(dtype)) throw badModel(`${argument}: dtype`, 'a dtype of the safetensors format', shown(dtype));
  if (!Array.isArray(shape)) throw badModel(`${argument}: shape`, 'a list of sizes', shown(shape));
  const count = elementCount(shape);
  if (count === undefined) throw badModel(`${argument}: shape`, 'sizes whose product is below 2^53', shown(shape));
  if (!Array.isArray(offsets) || offsets.length !== 2 || elementCount([offsets[0]]) === undefined) {
    throw badModel(`${argument}: data_offsets`, 'two non-negative integers', shown(offsets));
  }
  const [begin, end] = offsets as [number, number];
  if (!Number.isSafeInteger(end) || begin > end) {
    throw badModel(`${argument}: data_offsets`, 'begin <= end < 2^53', shown(offsets));
  }
  const bits = count * bitsOf(dtype);
  if (bits !== (end - begin) * 8) {
    throw badModel(argument, `${bits / 8} bytes for ${dtype} ${shown(shape)}`, `${end - begin}`);
  }
  return { dtype, shape: shape as number[], bytes: end - begin, start: dataStart + begin, end: dataStart + end };
}

/** The tensors, in the order of their offsets, must follow one another and end where the file ends. */
function checkCover(file: string, tensors: ReadonlyMap<string, TensorEntry>, dataStart: number, size: number): void {
  const ordered = [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let reached = dataStart;
  for (const [name, { start, end }] of ordered) {
    const what = start < reached ? 'no overlap' : 'no hole';
    if (start !== reached)
      throw badModel(`${file}: ${name}: data_offsets`, `${what}: begin ${reached - dataStart}`, `${start - dataStart}`);
    reached = end;
  }
  if (reached > size) throw cutShort(file, `${reached} bytes, where the last tensor ends`, size);
  if (reached < size) throw badModel(`${file}: size`, `${reached} bytes, where the last tensor ends`, `${size}`);
}
