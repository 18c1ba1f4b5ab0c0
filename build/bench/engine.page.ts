/**
 * The page of the benchmark in Chromium: the engine's own client and worker, without the interface around them.
 * `sd15Chromium.ts` calls `bench`; every answer is plain data.
 */
import { createEngine, type EngineWorker } from '../../web/engine';
import type { BackendName, ImageRequest, ImportEvent, ImportOptions, PickedBlob } from '../../workers/api';

/** What this page uses of the browser: the project's build is checked against Node's types. */
interface Browser {
  readonly document: { getElementById(id: string): { readonly files: readonly (PickedBlob & { name: string })[] } };
  readonly Worker: new (url: string, options: { type: 'module' }) => EngineWorker;
  bench: typeof bench;
}
const browser = globalThis as unknown as Browser;

const engine = createEngine(() => new browser.Worker('engine.worker.js', { type: 'module' }));
const never = new AbortController().signal;
const file = () => browser.document.getElementById('file').files[0]!;

const SLICE_BYTES = 16 * 1024 * 1024;

const bench = {
  /** Milliseconds that SHA-256 over the picked file takes, read by slices: the least that a checked import could take. */
  async hash(): Promise<number> {
    const started = performance.now();
    for (let at = 0; at < file().size; at += SLICE_BYTES) {
      await crypto.subtle.digest(
        'SHA-256',
        await file()
          .slice(at, at + SLICE_BYTES)
          .arrayBuffer(),
      );
    }
    return performance.now() - started;
  },

  /** Imports the picked file; the id and bytes of the model, and the milliseconds it took. */
  async importModel(options: ImportOptions) {
    const started = performance.now();
    let last: ImportEvent | undefined;
    for await (const event of engine.importModel([{ path: file().name, file: file() }], options, never)) last = event;
    if (last?.type !== 'imported') throw new Error(JSON.stringify(last));
    return { ...last.model, milliseconds: performance.now() - started };
  },

  /** Milliseconds until the engine has said which models there are. */
  async models() {
    const models = await engine.models();
    return { models, milliseconds: performance.now() };
  },

  /** Bytes that the plan says the heap will grow to. */
  async planned(model: string, backend: BackendName, request: ImageRequest): Promise<number> {
    return (await engine.forecast(model, backend, request))?.peakBytes ?? Number.NaN;
  },

  /** Draws, and returns the timings, the heap after each stage, and the milliseconds of each UNet evaluation. */
  async draw(model: string, backend: BackendName, request: ImageRequest) {
    const steps: number[] = [];
    for await (const event of engine.draw(model, backend, request, never)) {
      if (event.type === 'step') steps.push(event.milliseconds);
      if (event.type === 'failed') throw new Error(event.message);
      if (event.type === 'finished') return { timings: event.timings, heapBytes: event.heapBytes, steps };
    }
    throw new Error('the drawing ended without a word');
  },
};
browser.bench = bench;
export type Bench = typeof bench;
