/**
 * Zip archives as Android packages are: read whole, and written so that the same files give the same bytes (APPNOTE.TXT
 * 6.3.10). No encryption, no Zip64, no comments: what has them is refused.
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { badModel } from '../../models/refuse';
import { crc32 } from '../../workers/pictureFile/crc32';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
/** 1980-01-01, the first day there is. */
const NO_DATE = 0x21;
/** Names are UTF-8. */
const UTF8 = 0x800;
const STORED = 0;
const DEFLATED = 8;

/** A file's path, with slashes, and its bytes. */
export type ZipFiles = ReadonlyMap<string, Uint8Array>;

/** An entry as it lies in an archive. */
export interface ZipEntry {
  readonly path: string;
  readonly packedBytes: number;
  readonly bytes: Uint8Array;
}

/** Every file of an archive, in its order; folders are left out. `bad-model`, named `argument`, where it is none or is damaged. */
export function readZip(archive: Uint8Array, argument: string): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = archive.length - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== END) throw badModel(argument, 'a zip archive', 'another file');
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < view.getUint16(end + 10, true); i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL)
      throw badModel(argument, 'a list of entries', 'a broken one');
    const field = (offset: number): number => view.getUint32(at + offset, true);
    const [crc, packed, bytes] = [field(16), field(20), field(24)];
    const method = view.getUint16(at + 10, true);
    const nameBytes = view.getUint16(at + 28, true);
    const path = new TextDecoder('utf-8', { fatal: true }).decode(archive.subarray(at + 46, at + 46 + nameBytes));
    const local = view.getUint32(at + 42, true);
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (path.endsWith('/')) continue;
    if (local + 30 > end || view.getUint32(local, true) !== LOCAL) throw badModel(argument, `${path} in it`, 'none');
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const unpacked = unpack(archive.subarray(begin, begin + packed), method, `${argument}: ${path}`);
    if (unpacked.length !== bytes || crc32(unpacked) !== crc) {
      throw badModel(`${argument}: ${path}`, `${bytes} bytes with their checksum`, `${unpacked.length} other bytes`);
    }
    entries.push({ path, packedBytes: packed, bytes: unpacked });
  }
  return entries;
}

function unpack(packed: Uint8Array, method: number, argument: string): Uint8Array {
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw badModel(argument, 'stored or deflated', `method ${method}`);
  try {
    return inflateRawSync(packed);
  } catch (error) {
    throw badModel(argument, 'deflated bytes', error instanceof Error ? error.message : String(error));
  }
}

/** An archive of `files` in the order of their paths' code units. `stored` says which are not compressed. */
export function writeZip(files: ZipFiles, stored: (path: string) => boolean): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const path of [...files.keys()].sort()) {
    const bytes = files.get(path)!;
    const name = Buffer.from(path, 'utf8');
    const data = stored(path) ? bytes : deflateRawSync(bytes, { level: constants.Z_BEST_COMPRESSION });
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(UTF8, 2);
    head.writeUInt16LE(stored(path) ? STORED : DEFLATED, 4);
    head.writeUInt16LE(NO_DATE, 8);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(name.length, 22);
    locals.push(word(LOCAL), head, name, Buffer.from(data));
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    centrals.push(word(CENTRAL), Buffer.from([20, 0]), head, tail, name);
    offset += 30 + name.length + data.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(files.size, 8);
  end.writeUInt16LE(files.size, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
