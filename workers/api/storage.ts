/** What the store takes, and what of it could be given back. */
import type { Handles, NotedOptions, RemoteModel } from './importing';

/** Something in the store that can be given up, and that nobody uses now. */
export interface Freeable {
  /** An import or a download that was stopped and can go on, or a model that was thrown away and can be had back. */
  readonly kind: 'import' | 'download' | 'discarded';
  /** For `freeUp`; a discarded model's id. */
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  /** When it was stopped or thrown away, milliseconds since 1970. */
  readonly since: number;
  /** Of a download, and of the import of one: what `download` goes on with. */
  readonly remote?: RemoteModel;
  /** Of an import: the name of the file or the folder. */
  readonly source?: string;
  /** What it was begun with. A download has kept it, files and all. */
  readonly options?: NotedOptions;
  /** Of an import whose files all came with handles: what it reads. */
  readonly handles?: Handles;
}

/** What the store takes, and what could be given back. Bytes. */
export interface StorageReport {
  /** All that this site keeps on the device, and how much it may; absent where the browser does not say. */
  readonly usage?: number;
  readonly quota?: number;
  /** Whether the browser has promised to keep it when the device runs full. */
  readonly persisted: boolean;
  /** Of the models on the shelf; two that share a network count it twice. */
  readonly models: number;
  readonly freeable: readonly Freeable[];
}
