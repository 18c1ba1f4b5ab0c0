/**
 * The embedded demo model: a diffusers folder that build/bundle.ts puts in `demo/` beside the worker, with an index of
 * its files. Its version is a hash of their contents, so that a stored copy is known to be this very model.
 */
import { CodedError } from '../models/errors';
import type { ByteSource, Folder } from '../models/source';

/** `demo/index.json`, written by build/bundle.ts. */
export interface DemoIndex {
  readonly version: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

const demoUrl = (path: string): URL => new URL(`demo/${path}`, self.location.href);

export async function demoIndex(signal: AbortSignal): Promise<DemoIndex> {
  return (await fetched('index.json', signal)).json() as Promise<DemoIndex>;
}

/** Files are fetched when first read, and given up with the folder. */
export function demoFolder({ files }: DemoIndex, signal: AbortSignal): Folder {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return {
    name: 'demo',
    paths: () => [...byPath.keys()].sort(),
    async file(path) {
      const known = byPath.get(path);
      return known && demoFile(path, known.bytes, signal);
    },
  };
}

function demoFile(path: string, size: number, signal: AbortSignal): ByteSource {
  let whole: Promise<Uint8Array> | undefined;
  const download = async () => {
    const bytes = new Uint8Array(await (await fetched(path, signal)).arrayBuffer());
    if (bytes.length === size) return bytes;
    throw new CodedError('bad-model', { argument: path, expected: `${size} bytes`, got: `${bytes.length} bytes` });
  };
  return {
    name: path,
    size,
    async read(start, end) {
      whole ??= download();
      return (await whole).subarray(start, end);
    },
  };
}

async function fetched(path: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(demoUrl(path), { signal });
  if (response.ok) return response;
  throw new CodedError('bad-model', {
    argument: path,
    expected: 'the file of the demo model',
    got: `HTTP ${response.status}`,
  });
}
