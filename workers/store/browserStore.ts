/** The browser's one model store, opened (and swept) when first asked for. */
import type { Manifest } from '../../models/manifest';
import { idbRecords } from './idbRecords';
import { type ModelStore, openModelStore } from './modelStore';

let opening: Promise<ModelStore<Manifest>> | undefined;

/** A failed opening (a blocked or broken database) is tried again at the next call. */
export function store(): Promise<ModelStore<Manifest>> {
  opening ??= openModelStore<Manifest>(idbRecords()).catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}
