/** Files that a person picked in the page, as a `Folder`, read by slices. */
import { CodedError } from './errors';
import { badModel } from './refuse';
import type { ByteSource, Folder } from './source';

/** A file with its path below the picked folder; the same shape as `PickedFile` in workers/api.ts. */
export interface Picked {
  readonly path: string;
  readonly file: PickedBytes;
}

/** The part of `File` that reading by slices needs. */
export interface PickedBytes {
  readonly size: number;
  /** A `File`'s, a `Blob` has none. */
  readonly lastModified?: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** `name` is what messages call the folder. */
export function pickedFolder(files: readonly Picked[], name = 'the picked folder'): Folder {
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  const paths = [...byPath.keys()].sort();
  return {
    name,
    place: name,
    paths: () => paths,
    async file(path) {
      const file = byPath.get(path);
      return file && pickedSource(path, file);
    },
  };
}

/** One picked file. */
export function pickedSource(name: string, file: PickedBytes): ByteSource {
  return {
    name,
    size: file.size,
    ...(file.lastModified === undefined ? {} : { changed: file.lastModified }),
    async read(start, end) {
      // A file that was changed, moved or unplugged since it was picked.
      const unreadable = (thrown: unknown): never => {
        if (thrown instanceof CodedError) throw thrown; // Of a file that the store keeps.
        throw badModel(name, 'a file that can be read', gone(thrown));
      };
      const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer().catch(unreadable));
      if (bytes.length !== end - start) {
        throw badModel(name, `${end - start} bytes from ${start}`, `${bytes.length}`);
      }
      return bytes;
    },
  };
}

/** Browsers name what happened, and describe it each in its own way. */
function gone(thrown: unknown): string {
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'NotFoundError') return 'none: it was moved or deleted since';
  return name === 'NotReadableError' ? 'one that was changed since, or may not be read' : name || String(thrown);
}
