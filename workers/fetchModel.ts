/**
 * A model from the web: the download, which only waits for a server, runs beside whatever else the engine does; the
 * conversion takes its turn with the drawings.
 */
import type { Manifest } from '../models/manifest';
import type { ImportEvent, ImportOptions, ModelSummary, RemoteModel } from './api';
import { type BringInOptions, bringIn } from './bringIn';
import { type DownloadOptions, download, downloadKey } from './download/download';
import { PAUSE } from './job';
import type { ModelStore } from './store/modelStore';
import { againOf } from './store/notedOptions';

/** Runs `work` when it is its turn. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export interface FetchModelOptions extends Omit<DownloadOptions, 'store'> {
  readonly store: ModelStore<Manifest>;
  readonly inTurn: InTurn;
  /** How it is converted with these options. */
  readonly conversion: (options: ImportOptions) => Omit<BringInOptions, 'origin'>;
}

/** Resolves to the model. A pause (`PAUSE`) and a failure keep what is here, an abort gives it up. */
export async function fetchModel(
  remote: RemoteModel,
  { store, inTurn, conversion, ...options }: FetchModelOptions,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<ModelSummary> {
  try {
    return await download(remote, { ...options, store }, tell, signal, (file, chosen) => {
      const came = {
        origin: 'download',
        license: remote.license,
        again: { ...againOf(remote.urls[0]!, chosen), remote },
      };
      return inTurn(() => bringIn(file, { ...came, ...conversion(chosen) }, store, tell, signal));
    });
  } catch (error) {
    if (signal.aborted && signal.reason !== PAUSE) await store.freeUp(downloadKey(remote));
    throw error;
  }
}
