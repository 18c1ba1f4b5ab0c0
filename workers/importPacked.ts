/** Brings an exported model (`store/packedFile.ts`) into the store: nothing to convert, everything to check. */
import type { Manifest } from '../models/manifest';
import type { ImportEvent, License, ModelSummary } from './api';
import { told } from './import';
import type { ModelStore } from './store/modelStore';
import type { PackedModel } from './store/packedFile';

export function importPacked(
  { name, width, height, manifest, fingerprint, data }: PackedModel,
  came: { readonly origin: string; readonly license?: License | undefined },
  store: ModelStore<Manifest>,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const stages = told(manifest, tell, data);
  const { weights } = manifest;
  const resumeKey = `packed:${fingerprint}`;
  return store.put({ ...came, name, width, height, weights, manifest, stages, resumeKey }, signal);
}
