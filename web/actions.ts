/** What a person can do: each action talks to the engine and tells the reducer what came of it. */
import type { Failure, ImageEvent, ModelSummary } from '../workers/api';
import { beginWatch, endWatch } from './crash';
import { createEngine, EngineFailure } from './engine';
import type { ImportSource } from './reducer';
import { randomSeed, type Settings, toBackend, toRequest } from './settings';
import { isDemo, modelInUse, set, settings, state, tell } from './state';

/** The page's own `?store=idb|opfs` says where the engine keeps networks (workers/store/browserStore.ts). */
const engine = createEngine(
  () => new Worker(new URL(`engine.worker.js${location.search}`, document.baseURI), { type: 'module' }),
  {
    locks: navigator.locks,
  },
);

let drawing: AbortController | undefined;
let importing: AbortController | undefined;
/** Settles when the model being brought in is there, or is not coming. */
let modelArriving: Promise<void> = Promise.resolve();

const asFailure = (thrown: unknown): Failure =>
  thrown instanceof EngineFailure ? thrown.failure : { code: 'internal', message: `internal: ${String(thrown)}` };

/** First light: which models and backends there are, and the demo model where no other was in use. */
export async function start(): Promise<void> {
  modelArriving = loadModels();
  engine.backends().then(
    (backends) => tell({ type: 'backends', backends }),
    (thrown) => tell({ type: 'problem', problem: { during: 'models', failure: asFailure(thrown) } }),
  );
  await modelArriving;
}

async function loadModels(): Promise<void> {
  try {
    const models = await engine.models();
    tell({ type: 'models', models });
    const kept = models.find(({ id }) => id === settings.value.modelId);
    // The demo model is opened by name, not by id, so that a newer one replaces the stored one.
    if (kept && !isDemo(kept)) useModel(kept.id);
    else await bringDemo();
  } catch (thrown) {
    tell({ type: 'problem', problem: { during: 'models', failure: asFailure(thrown) } });
  }
}

export function useModel(id: string): void {
  tell({ type: 'use-model', id });
  // A size made for one model is rarely right for another.
  if (id !== settings.value.modelId) set({ modelId: id, size: null });
}

export function prepareDemo(): void {
  modelArriving = bringDemo();
}

/** In place of a damaged copy, a fresh one. */
export async function renewDemo(damaged: string): Promise<void> {
  await deleteModel(damaged);
  prepareDemo();
}

function bringDemo(): Promise<void> {
  return bring('demo', (signal) => engine.openDemo(signal));
}

export function importFolder(files: readonly File[]): void {
  // Chromium forgets webkitRelativePath when a File is cloned: the path travels beside it.
  const picked = files.map((file) => ({ path: file.webkitRelativePath, file }));
  // A stored gigabyte should survive a full disk; browsers that ask first are asked only here.
  void navigator.storage?.persist?.();
  modelArriving = bring('folder', (signal) => engine.importFolder(picked, signal));
}

async function bring(
  source: ImportSource,
  open: (signal: AbortSignal) => ReturnType<typeof engine.openDemo>,
): Promise<void> {
  if (state.value.importing) return modelArriving;
  importing = new AbortController();
  tell({ type: 'import', source });
  for await (const event of open(importing.signal)) {
    tell({ type: 'model', event });
    if (event.type === 'imported') useModel(event.model.id);
  }
  importing = undefined;
}

/** Draws what is set. While a model is on its way, waits for it. */
export async function draw(override: Partial<Settings> = {}): Promise<void> {
  if (drawing) return;
  set({ ...override, ...(settings.value.keepSeed ? {} : { seed: randomSeed() }) });
  if (!modelInUse() && !state.value.importing) prepareDemo();
  drawing = new AbortController();
  const { signal } = drawing;
  announce(modelInUse());
  try {
    await Promise.race([modelArriving, aborted(signal)]);
    const model = modelInUse();
    if (signal.aborted || !model) return giveUp(signal.aborted);
    announce(model);
    await follow(model, signal);
  } finally {
    drawing = undefined;
    endWatch();
  }
}

/** Puts the request on show: once at the click, and again with the right size when the model is known. */
function announce(model: ModelSummary | undefined): void {
  const request = toRequest(settings.value, model ?? { width: 256, height: 256 });
  const backend = toBackend(settings.value.backend, state.value.backends);
  tell({ type: 'draw', request, modelName: model?.name ?? '', backend });
}

async function follow(model: ModelSummary, signal: AbortSignal): Promise<void> {
  const { request, backend } = state.value.drawing!;
  beginWatch(request);
  for await (const event of engine.draw(model.id, backend, request, signal)) tell({ type: 'image', event });
}

/** No model came: the import has said why, unless the person stopped it all. */
function giveUp(byChoice: boolean): void {
  const problem = state.value.problem;
  const failure: ImageEvent = { type: 'failed', code: 'aborted', message: 'aborted' };
  tell({ type: 'image', event: failure });
  if (!byChoice && problem) tell({ type: 'problem', problem });
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

export function cancelDrawing(): void {
  tell({ type: 'abort', job: 'drawing' });
  drawing?.abort();
}

export function cancelImport(): void {
  tell({ type: 'abort', job: 'importing' });
  importing?.abort();
}

export async function deleteModel(id: string): Promise<void> {
  try {
    await engine.deleteModel(id);
    const models = await engine.models();
    tell({ type: 'models', models });
    if (state.value.modelId !== id) return;
    const next = models[0];
    if (next) useModel(next.id);
    else tell({ type: 'use-model', id: undefined });
  } catch (thrown) {
    tell({ type: 'problem', problem: { during: 'models', failure: asFailure(thrown) } });
  }
}
