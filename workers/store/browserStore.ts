/** The browser's one model store, opened (and swept) when first asked for. */
import type { Manifest } from '../../models/manifest';
import { idbRecords } from './idbRecords';
import { type ModelStore, openModelStore } from './modelStore';
import { originFiles } from './originFiles';
import type { Records } from './records';

let records: Records | undefined;

/** What the store, and all else that is kept here, lies in: one connection. */
export const browserRecords = (): Records => {
  records ??= idbRecords();
  return records;
};

let opening: Promise<ModelStore<Manifest>> | undefined;

/** A failed opening (a blocked or broken database) is tried again at the next call. */
export function store(): Promise<ModelStore<Manifest>> {
  opening ??= open().catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** `?store=idb` keeps everything in IndexedDB, `?store=opfs` every network in files: for specs and for doubts. */
async function open(): Promise<ModelStore<Manifest>> {
  const { search } = (globalThis as { location?: { search: string } }).location ?? { search: '' };
  const place = new URLSearchParams(search).get('store');
  const files = place === 'idb' ? undefined : await originFiles();
  return openModelStore<Manifest>(browserRecords(), { files, ...(place === 'opfs' && { filesFrom: 0 }) });
}
