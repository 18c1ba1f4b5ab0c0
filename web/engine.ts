/**
 * The engine's worker as the page uses it: questions are promises, jobs are streams of events that always end.
 *
 * Comlink 4.4.2 leaves three things to us (measured, facts.md): a call never settles when its worker dies, a thrown
 * error loses its code, an AbortSignal arrives empty. So death ends everything pending with `worker-died` (told by the
 * `error` event, or by a lock that the worker held), failures are data, and an abort is a message. A worker that died is
 * replaced at the next question. So is one that sat idle, and before a drawing with little memory one whose last had
 * more: WASM memory never shrinks.
 */
import { type Endpoint, type Remote, transfer, wrap } from 'comlink';
import type {
  BackendName,
  BackendReport,
  ControlShelfApi,
  EngineApi,
  Failure,
  Forecast,
  HostReport,
  ImageEvent,
  ImageRequest,
  ImportEvent,
  ImportOptions,
  LoraShelfApi,
  ModelSummary,
  PickedFile,
  Port,
  ReadEvent,
  RemoteModel,
  StorageReport,
  WeightForm,
} from '../workers/api';
import { eventQueue } from './eventQueue';

/** The part of `Worker` used here. */
export interface EngineWorker extends Endpoint {
  terminate(): void;
}

/** What a question rejects with. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export interface Engine {
  backends(): Promise<BackendReport[]>;
  host(): Promise<HostReport | undefined>;
  models(): Promise<ModelSummary[]>;
  deleteModel(id: string): Promise<void>;
  openDemo(signal: AbortSignal): AsyncIterable<ImportEvent>;
  importModel(files: readonly PickedFile[], options: ImportOptions, signal: AbortSignal): AsyncIterable<ImportEvent>;
  /** `pause`, once aborted, ends it with `paused`; the same call goes on from there. `signal` gives up what is here. */
  download(
    model: RemoteModel,
    options: ImportOptions,
    signal: AbortSignal,
    pause?: AbortSignal,
  ): AsyncIterable<ImportEvent>;
  catalog(url?: string): Promise<readonly RemoteModel[]>;
  weightForms(): Promise<readonly WeightForm[]>;
  verify(id: string, signal: AbortSignal): AsyncIterable<ReadEvent>;
  exportModel(id: string, signal: AbortSignal): AsyncIterable<ReadEvent>;
  discardModel(id: string): Promise<void>;
  renameModel(id: string, name: string): Promise<ModelSummary>;
  restoreModel(id: string): Promise<ModelSummary>;
  /** Asks what minds the files on the device that are kept beside models. */
  minding<T>(question: (shelf: LoraShelfApi & ControlShelfApi) => Promise<T>): Promise<T>;
  storage(): Promise<StorageReport>;
  freeUp(key?: string): Promise<void>;
  forecast(
    model: string,
    backend: BackendName,
    asked: Parameters<EngineApi['forecast']>[2],
  ): Promise<Forecast | undefined>;
  draw(model: string, backend: BackendName, request: ImageRequest, signal: AbortSignal): AsyncIterable<ImageEvent>;
}

/** The part of `navigator.locks` used here. */
export interface Locks {
  request(name: string, work: () => void): Promise<unknown>;
}

export interface EngineOptions {
  /** A worker deep in a network cannot hear an abort: after this long it is ended instead. Nothing of it is kept anyway. */
  readonly abortMilliseconds?: number;
  readonly idleMilliseconds?: number;
  /** Where there are none, a worker that ends without an error is not noticed. */
  readonly locks?: Locks | undefined;
}

interface Living {
  readonly worker: EngineWorker;
  readonly api: Remote<EngineApi>;
  /** What to call for everything still waiting on this worker, should it die. */
  readonly pending: Set<(failure: Failure) => void>;
  /** Those of them that would be lost with it. */
  readonly work: Set<(failure: Failure) => void>;
  /** It drew with more than little memory, and has that still. */
  grown?: boolean;
}

const LAST = new Set(['finished', 'imported', 'paused', 'verified', 'exported', 'failed']);
const isLast = (event: { readonly type: string }): boolean => LAST.has(event.type);

/** An engine over workers made by `spawn`, one at a time, the first when first needed. */
export function createEngine(
  spawn: () => EngineWorker,
  { abortMilliseconds = 2_000, idleMilliseconds = 60_000, locks }: EngineOptions = {},
): Engine {
  let living: Living | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  function alive(): Living {
    clearTimeout(idle);
    if (living) return living;
    const worker = spawn();
    const born: Living = { worker, api: wrap<EngineApi>(worker), pending: new Set(), work: new Set() };
    const died = (why: string): void => end(born, { code: 'worker-died', message: `worker-died: ${why}` });
    worker.addEventListener('error', (event: unknown) =>
      died((event as { message?: string }).message ?? 'it did not start'),
    );
    worker.addEventListener('messageerror', () => died('unreadable message'));
    // A worker that the browser ends says nothing; the lock it held comes free.
    if (locks) void watch(locks, born, () => died('it is gone'));
    living = born;
    return born;
  }

  async function watch(held: Locks, born: Living, gone: () => void): Promise<void> {
    // Where it cannot even say this much, its first question fails with a better reason.
    const life = await born.api.life().catch(() => '');
    if (life) await held.request(life, gone);
  }

  function end(dying: Living, failure: Failure): void {
    if (living === dying) living = undefined;
    dying.worker.terminate();
    for (const tell of [...dying.pending]) tell(failure);
    dying.pending.clear();
    dying.work.clear();
  }

  function settled(owner: Living, tell: (failure: Failure) => void): void {
    owner.pending.delete(tell);
    owner.work.delete(tell);
    if (owner !== living || owner.pending.size > 0) return;
    clearTimeout(idle);
    idle = setTimeout(() => end(owner, { code: 'aborted', message: 'aborted: idle' }), idleMilliseconds);
  }

  function ask<T>(question: (api: Remote<EngineApi>) => Promise<T>, isWork = true): Promise<T> {
    const owner = alive();
    return new Promise<T>((resolve, reject) => {
      const tell = (failure: Failure): void => reject(new EngineFailure(failure));
      owner.pending.add(tell);
      if (isWork) owner.work.add(tell);
      question(owner.api)
        .then(resolve, (thrown: unknown) => tell(asFailure(thrown)))
        .finally(() => settled(owner, tell));
    });
  }

  /** A question that changes nothing: whoever ends the worker has it asked again. */
  const wonder = <T>(question: (api: Remote<EngineApi>) => Promise<T>): Promise<T> =>
    ask(question, false).catch((thrown: EngineFailure) => {
      if (thrown.failure.code !== 'aborted') throw thrown;
      return ask(question, false);
    });

  async function* job<Event extends { readonly type: string }>(
    signal: AbortSignal,
    start: (api: Remote<EngineApi>, port: Port) => Promise<void>,
    pause?: AbortSignal,
  ): AsyncGenerator<Event, void, void> {
    const owner = alive();
    const { port1, port2 } = new MessageChannel();
    const events = eventQueue<Event>();
    const tell = (failure: Failure): void => events.push({ type: 'failed', ...failure } as unknown as Event);
    let grace: ReturnType<typeof setTimeout> | undefined;
    const abort = (): void => {
      port1.postMessage({ type: 'abort' });
      // Not while somebody else's work would go down with it.
      grace = setTimeout(() => owner.work.size === 1 && end(owner, ABORTED), abortMilliseconds);
    };

    const pauseIt = (): void => port1.postMessage({ type: 'pause' });

    owner.pending.add(tell);
    owner.work.add(tell);
    port1.addEventListener('message', (event: unknown) => events.push((event as { data: Event }).data));
    port1.start();
    signal.addEventListener('abort', abort, { once: true });
    pause?.addEventListener('abort', pauseIt, { once: true });
    if (signal.aborted) tell(ABORTED);
    else
      start(owner.api, transfer(port2, [port2]) as unknown as Port).catch((thrown: unknown) => tell(asFailure(thrown)));
    try {
      for (;;) {
        const event = await events.next();
        yield event;
        if (!isLast(event)) continue;
        // A part of the program that did not come once a worker may not ask for again: ORT does not, nor do older browsers.
        if ((event as Partial<Failure>).code === 'download-failed' && owner.work.size === 1) end(owner, ABORTED);
        return;
      }
    } finally {
      clearTimeout(grace);
      signal.removeEventListener('abort', abort);
      pause?.removeEventListener('abort', pauseIt);
      port1.close();
      settled(owner, tell);
    }
  }

  return {
    async backends() {
      const reports = await wonder((api) => api.backends());
      // As after a job: the next worker asks again.
      if (living?.work.size === 0 && reports.some(({ why }) => why === 'download-failed')) end(living, ABORTED);
      return reports;
    },
    host: () => wonder((api) => api.host()),
    models: () => ask((api) => api.models()),
    deleteModel: (id) => ask((api) => api.deleteModel(id)),
    openDemo: (signal) => job<ImportEvent>(signal, (api, port) => api.openDemo(port)),
    importModel: (files, options, signal) =>
      job<ImportEvent>(signal, (api, port) => api.importModel([...files], options, port)),
    download: (model, options, signal, pause) =>
      job<ImportEvent>(signal, (api, port) => api.download(model, options, port), pause),
    catalog: (url) => ask((api) => api.catalog(url)),
    weightForms: () => ask((api) => api.weightForms()),
    verify: (id, signal) => job<ReadEvent>(signal, (api, port) => api.verify(id, port)),
    exportModel: (id, signal) => job<ReadEvent>(signal, (api, port) => api.exportModel(id, port)),
    discardModel: (id) => ask((api) => api.discardModel(id)),
    renameModel: (id, name) => ask((api) => api.renameModel(id, name)),
    restoreModel: (id) => ask((api) => api.restoreModel(id)),
    minding: (question) => ask(question),
    storage: () => ask((api) => api.storage()),
    freeUp: (key) => ask((api) => api.freeUp(key)),
    forecast: (model, backend, asked) => wonder((api) => api.forecast(model, backend, asked)),
    async *draw(model, backend, request, signal) {
      const low = request.memory === 'low';
      if (low && living?.grown && !living.pending.size) end(living, ABORTED);
      alive().grown ||= !low;
      yield* job<ImageEvent>(signal, (api, port) => api.draw(model, backend, request, port));
    },
  };
}

const ABORTED: Failure = { code: 'aborted', message: 'aborted' };

/** The engine throws failures as data; an error is one that nobody foresaw. */
function asFailure(thrown: unknown): Failure {
  if (!(thrown instanceof Error) && typeof (thrown as Partial<Failure> | null)?.code === 'string') {
    return thrown as Failure;
  }
  return { code: 'internal', message: `internal: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
}
