/**
 * The embedded demo model: a diffusers folder that build/bundle.ts puts in `demo/` beside the worker, with an index of
 * its files. Its version is a hash of their contents, so that a stored copy is known to be this very model.
 */
import { openDiffusersFolder } from '../models/checkpoint';
import { MANIFEST_VERSION, type Manifest } from '../models/manifest';
import { planModel } from '../models/planModel';
import type { Folder } from '../models/source';
import type { ImportEvent, ModelSummary } from './api';
import { CodedError } from './errors';
import { importCheckpoint } from './import';
import type { ModelStore } from './store/modelStore';

/** `demo/index.json`, written by build/bundle.ts. */
export interface DemoIndex {
  readonly version: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/** Asks for a file of the folder `demo/`. */
export type FetchDemo = (path: string, signal: AbortSignal) => Promise<Response>;

/** Tell the page about this many bytes at a time. */
const TELL_EVERY_BYTES = 1 << 18;

const DEMO = 'demo:';
/** A demo model as this engine stores models: one stored otherwise is fetched again, like another version. */
const READABLE = `${DEMO}${MANIFEST_VERSION}:`;

/**
 * The demo model in `store`, brought there where this version is not yet; versions before it go. Where nothing can be
 * fetched, any version there is will do. Rejects with `download-failed`, or as `importCheckpoint` does.
 */
export async function importDemo(
  fetchDemo: FetchDemo,
  store: ModelStore<Manifest>,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const stored = (await store.list()).filter(startsWith(DEMO));
  const readable = stored.find(startsWith(READABLE));
  const index = await demoIndex(fetchDemo, signal).catch((thrown: unknown) => {
    if (readable && !signal.aborted) return undefined;
    throw thrown;
  });
  if (!index) return readable!;
  const origin = READABLE + index.version;
  const known = stored.find(({ origins }) => origins.includes(origin));
  if (known) return known;
  const checkpoint = await openDiffusersFolder(await downloadedFolder(index, fetchDemo, tell, signal));
  const model = await importCheckpoint(
    checkpoint,
    { manifest: planModel(checkpoint), name: 'Demo', origin },
    store,
    tell,
    signal,
  );
  for (const { id, origins } of stored) {
    if (id !== model.id && origins.every((each) => each.startsWith(DEMO))) await store.delete(id);
  }
  return model;
}

const startsWith =
  (start: string) =>
  ({ origins }: ModelSummary): boolean =>
    origins.some((origin) => origin.startsWith(start));

async function demoIndex(fetchDemo: FetchDemo, signal: AbortSignal): Promise<DemoIndex> {
  const path = 'index.json';
  const response = await fetched(path, fetchDemo, signal);
  return response.json().catch(failed(path)) as Promise<DemoIndex>;
}

/** All files in memory: together they are small, and their arrival is what takes the time. */
async function downloadedFolder(
  { files }: DemoIndex,
  fetchDemo: FetchDemo,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<Folder> {
  const of = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytes = 0;
  const arrived = (more: number): void => {
    const before = bytes;
    bytes += more;
    const worthTelling = Math.floor(before / TELL_EVERY_BYTES) !== Math.floor(bytes / TELL_EVERY_BYTES);
    if (worthTelling || bytes === of) tell({ type: 'downloading', bytes, of });
  };
  tell({ type: 'downloading', bytes, of });
  const entries = files.map(async (file) => [file.path, await download(file, fetchDemo, arrived, signal)] as const);
  const byPath = new Map(await Promise.all(entries));
  return {
    name: 'demo',
    place: 'demo',
    paths: () => [...byPath.keys()].sort(),
    async file(path) {
      const contents = byPath.get(path);
      if (!contents) return undefined;
      return { name: path, size: contents.length, read: async (start, end) => contents.subarray(start, end) };
    },
  };
}

async function download(
  { path, bytes: size }: DemoIndex['files'][number],
  fetchDemo: FetchDemo,
  arrived: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const response = await fetched(path, fetchDemo, signal);
  const contents = new Uint8Array(size);
  let filled = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(failed(path));
    if (done) break;
    if (filled + value.length <= size) contents.set(value, filled);
    filled += value.length;
    arrived(value.length);
  }
  if (filled === size) return contents;
  throw new CodedError('bad-model', { argument: path, expected: `${size} bytes`, got: `${filled} bytes` });
}

async function fetched(path: string, fetchDemo: FetchDemo, signal: AbortSignal): Promise<Response> {
  const response = await fetchDemo(path, signal).catch(failed(path));
  return response.ok ? response : failed(path)(new Error(`HTTP ${response.status}`));
}

/** Turns a failure on the way of `path` into one with a code; a stop is told apart by its signal. */
const failed =
  (path: string) =>
  (thrown: unknown): never => {
    const got = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CodedError(
      'download-failed',
      { argument: path, expected: 'the file of the demo model', got },
      { cause: thrown },
    );
  };
