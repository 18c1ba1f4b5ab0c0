/** Of the engine in the browser, what minds the files that are kept beside models: LoRAs, ControlNets and T2I-adapters. The rest comes with the first question. */
import { later } from '../models/later';
import { checkManifest, type Manifest } from '../models/manifest';
import type { ControlShelfApi, LoraShelfApi } from './api';
import type { KeptControls } from './controlShelf';
import { asFailure } from './errors';
import type { KeptLoras } from './loraShelf';
import { browserRecords, store } from './store/browserStore';

/** A question's failure as data: Comlink would lose the code of an error. */
export const answered = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((thrown: unknown) => {
    throw asFailure(thrown);
  });

export const loras = () => later(import('./withLoras.browser'));
const controls = () => later(import('./withControls.browser'));

const lora = <T>(work: (shelf: KeptLoras) => Promise<T>): Promise<T> =>
  answered(loras().then(({ loraShelf }) => work(loraShelf(browserRecords()))));

const control = <T>(work: (shelf: KeptControls) => Promise<T>): Promise<T> =>
  answered(controls().then(({ controlShelf }) => work(controlShelf(browserRecords()))));

/** Of a stored model; of none, and of one that only a host has, none. */
async function manifestOf(id: string | undefined): Promise<Manifest | undefined> {
  const opened = await store();
  if (id === undefined || !(await opened.list()).some((model) => model.id === id)) return undefined;
  const stored = await opened.open(id);
  try {
    return checkManifest(stored.manifest);
  } finally {
    stored.close();
  }
}

export const shelves: LoraShelfApi & ControlShelfApi = {
  loras: () => lora((shelf) => shelf.list()),
  importLora: (file) => lora((shelf) => shelf.take(file)),
  renameLora: (id, name) => lora((shelf) => shelf.rename(id, name)),
  deleteLora: (id) => lora((shelf) => shelf.delete(id)),
  controls: () => control((shelf) => shelf.list()),
  importControl: (files, beside) => control(async (shelf) => shelf.take(files, await manifestOf(beside))),
  renameControl: (id, name) => control((shelf) => shelf.rename(id, name)),
  deleteControl: (id) => control((shelf) => shelf.delete(id)),
};
