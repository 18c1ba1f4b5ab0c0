/** The engine's client without the page around it, for specs of the store: bundled beside the page, put into `window`. */
import { createEngine } from '../../web/engine';
import type { ImportEvent, PickedFile } from '../../workers/api';

const search = (globalThis as unknown as { location: { search: string } }).location.search;
const spawn = (): never => {
  const { Worker: Spawned } = globalThis as unknown as { Worker: new (url: string, options: object) => never };
  // A spec may put another worker around the engine's.
  const script = new URLSearchParams(search).get('worker') ?? 'engine.worker.js';
  return new Spawned(`${script}${search}`, { type: 'module' });
};

/** The files of the served folder `folder`, as if a person had picked them. */
async function pickedFolder(folder: string): Promise<PickedFile[]> {
  const paths = (await (await fetch(`${folder}/index.json`)).json()) as string[];
  const picked = paths.map(async (path) => ({
    path: `${folder}/${path}`,
    file: await (await fetch(`${folder}/${path}`)).blob(),
  }));
  return Promise.all(picked);
}

interface Job {
  readonly events: { readonly type: string }[];
  readonly done: Promise<{ readonly type: string }>;
  readonly abort: AbortController;
  readonly pause: AbortController;
}

/** Runs a job on the engine and keeps its events. */
function follow(start: (signal: AbortSignal, pause: AbortSignal) => AsyncIterable<{ readonly type: string }>): Job {
  const [abort, pause] = [new AbortController(), new AbortController()];
  const events: { readonly type: string }[] = [];
  const done = (async () => {
    for await (const event of start(abort.signal, pause.signal)) events.push(event);
    return events.at(-1)!;
  })();
  return { events, done, abort, pause };
}

const engine = createEngine(spawn);
const importFolder = async (folder: string): Promise<Job> => {
  const files = await pickedFolder(folder);
  return follow((signal) => engine.importModel(files, {}, signal) as AsyncIterable<ImportEvent>);
};

Object.assign(globalThis, { engine, follow, importFolder });
