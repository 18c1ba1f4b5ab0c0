/**
 * The composition root in the browser: a module worker that holds the engine and answers the page through Comlink.
 * Long work reports over the port it is handed; see `EngineApi` for the manners.
 */
import { expose } from 'comlink';
import type { BackendName, EngineApi, ImportOptions, ModelSummary, PickedFile, Port } from './api';
import { backend, backendReports } from './backend/choose';
import { type FetchDemo, importDemo } from './demo';
import { fetchedTokenizer } from './fetchedTokenizer';
import { importCheckpoint } from './import';
import { runJob } from './job';
import { storedModel } from './model.stored';
import { isSingle, openPicked } from './picked';
import { textToImage } from './pipeline';
import { store } from './store/browserStore';

/** One job at a time: two UNets at once would only fight for the cores and the memory. */
let last: Promise<unknown> = Promise.resolve();
function inTurn(port: Port, work: Parameters<typeof runJob>[1]): void {
  last = last.then(() => runJob(port, work));
}

const fetchDemo: FetchDemo = (path, signal) => fetch(new URL(`demo/${path}`, self.location.href), { signal });

/** Held for as long as this worker lives: the page asks for it too, and gets it when the worker is gone. */
const life = `pocket-diffusion/engine ${crypto.randomUUID()}`;
const living = new Promise<string>((resolve) => {
  if (!navigator.locks) return resolve('');
  void navigator.locks.request(life, () => {
    resolve(life);
    return new Promise<never>(() => undefined);
  });
});

const engine: EngineApi = {
  life: () => living,
  backends: backendReports,

  async models(): Promise<ModelSummary[]> {
    return (await store()).list();
  },

  async deleteModel(id: string): Promise<void> {
    await (await store()).delete(id);
  },

  openDemo(port: Port): void {
    inTurn(port, async (tell, signal) => {
      tell({ type: 'imported', model: await importDemo(fetchDemo, await store(), tell, signal) });
    });
  },

  importFolder(files: readonly PickedFile[], port: Port): void {
    engine.importModel(files, {}, port);
  },

  importModel(files: readonly PickedFile[], options: ImportOptions, port: Port): void {
    inTurn(port, async (tell, signal) => {
      const checkpoint = await openPicked(files, options, () => fetchedTokenizer(fetchDemo, signal));
      const named = { name: checkpoint.name, origin: isSingle(files) ? 'file' : 'folder' };
      tell({ type: 'imported', model: await importCheckpoint(checkpoint, named, await store(), tell, signal) });
    });
  },

  draw(id: string, name: BackendName, request, port: Port): void {
    inTurn(port, async (tell, signal) => {
      const model = storedModel(await (await store()).open(id));
      for await (const event of textToImage(request, { model, backend: await backend(name) }, signal)) tell(event);
    });
  },
};

expose(engine);
