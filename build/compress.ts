/**
 * Compressed twins beside the files they pay for (`main.js.br`, `main.js.gz`): made once at build time, so that the
 * server only picks one. The demo model shrinks by a third: rows of its token table that were never trained are zero.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { place } from './placed.mjs';

const WORTH_COMPRESSING = /\.(js|mjs|css|html|json|webmanifest|svg|txt|wasm|safetensors)$/;
/** A twin that saves less than this is not kept. */
const WORTH_KEEPING = 0.95;
/** The page takes nine seconds, and specs build it a dozen times: twins are kept by what they are of. */
const KEPT = 'dist/twins';
/** Brotli's best takes a minute on ORT's WASM, and 9 saves 2 % more than 5: small files get the best, large ones 5. */
const LARGE_BYTES = 1 << 20;

export const ENCODINGS = [
  { name: 'br', extension: '.br' },
  { name: 'gzip', extension: '.gz' },
] as const;

export const isTwin = (path: string): boolean => ENCODINGS.some(({ extension }) => path.endsWith(extension));

export const brotli = (bytes: Uint8Array): Promise<Buffer> =>
  promisify(brotliCompress)(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: bytes.length > LARGE_BYTES ? 5 : 11 },
  });

export const gzipped = (bytes: Uint8Array): Promise<Buffer> =>
  promisify(gzip)(bytes, { level: bytes.length > LARGE_BYTES ? 6 : 9 });

/** Makes the missing twins in `folder`. A twin carries its file's modification time; one with another is stale. */
export async function compressTwins(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isFile() && WORTH_COMPRESSING.test(entry.name)) await compress(join(entry.parentPath, entry.name));
  }
}

async function compress(path: string): Promise<void> {
  const { mtime } = await stat(path);
  const twins = [path + ENCODINGS[0].extension, path + ENCODINGS[1].extension] as const;
  const fresh = await Promise.all(
    twins.map((twin) =>
      stat(twin).then(
        (found) => +found.mtime === +mtime,
        () => false,
      ),
    ),
  );
  if (fresh.every(Boolean)) return;
  const bytes = await readFile(path);
  const packed = await Promise.all([kept(bytes, brotli), kept(bytes, gzipped)]);
  for (const [index, twin] of twins.entries()) {
    // An empty twin says: tried, and not worth it.
    const pays = packed[index]!.length < bytes.length * WORTH_KEEPING;
    await writeFile(twin, pays ? packed[index]! : '');
    await utimes(twin, mtime, mtime);
  }
}

/** What `pack` makes of `bytes`; another way to pack is another function, and another name. */
async function kept(bytes: Uint8Array, pack: typeof brotli): Promise<Uint8Array> {
  const hash = createHash('sha256').update(String(pack)).update(bytes).digest('hex').slice(0, 32);
  const path = join(KEPT, hash);
  const before = await readFile(path).catch(() => undefined);
  if (before) return before;
  const packed = await pack(bytes);
  place(path, packed);
  return packed;
}
