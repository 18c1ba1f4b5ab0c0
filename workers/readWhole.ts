/** Reads a stored model from end to end: to see that every byte is right, or to hand it out as one file. */
import type { Manifest } from '../models/manifest';
import type { ReadEvent } from './api';
import type { ModelStore } from './store/modelStore';
import { packedHeader } from './store/packedFile';

type Tell = (event: ReadEvent) => void;

/** Ends with `verified`. Rejects with `bad-argument` or `corrupt-store`. */
export async function verify(id: string, store: ModelStore<Manifest>, tell: Tell, signal: AbortSignal): Promise<void> {
  await store.verify(id, (bytes, of) => tell({ type: 'reading', bytes, of }), signal);
  tell({ type: 'verified' });
}

/** Ends with `exported`, after every byte that will be read was right. Rejects as `verify` does. */
export async function exportModel(
  id: string,
  store: ModelStore<Manifest>,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  await store.verify(id, (bytes, of) => tell({ type: 'reading', bytes, of }), signal);
  const stored = await store.open(id);
  try {
    const parts: (Uint8Array<ArrayBuffer> | Blob)[] = [packedHeader(stored)];
    for (const { name } of stored.stages) parts.push(...(await stored.blobs(name)));
    tell({ type: 'exported', name: stored.summary.name, file: new Blob(parts) });
  } finally {
    stored.close();
  }
}
