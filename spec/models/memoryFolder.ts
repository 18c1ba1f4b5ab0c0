/** A `Folder` held in memory, for specs that build a model or damage one. */
import { badModel } from '../../models/refuse';
import type { ByteSource, Folder } from '../../models/source';

export function memoryFolder(files: ReadonlyMap<string, Uint8Array>, name = 'memory'): Folder {
  return {
    name,
    place: name,
    paths: () => [...files.keys()].sort(),
    async file(path) {
      const bytes = files.get(path);
      return bytes && memorySource(path, bytes);
    },
  };
}

export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(start, end) {
      if (end > bytes.length) throw badModel(name, `bytes ${start} to ${end}`, `an end at ${bytes.length}`);
      return bytes.slice(start, end);
    },
  };
}
