/** Brings an exported model (`store/packedFile.ts`) into the store: nothing to convert, everything to check. */
import type { Manifest } from '../models/manifest';
import type { ImportEvent, License, ModelSummary } from './api';
import { told } from './import';
import type { ModelStore } from './store/modelStore';
import type { Again } from './store/notedOptions';
import type { PackedModel } from './store/packedFile';

export function importPacked(
  { fingerprint, data, license, source, ...model }: PackedModel,
  came: { readonly origin: string; readonly license?: License | undefined; readonly again?: Again },
  store: ModelStore<Manifest>,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const stages = told(model.manifest, tell, data);
  const { weights } = model.manifest;
  // The way it comes in knows its terms better than the file does; where it came from first, only the file knows.
  const terms = { license: came.license ?? license, ...(source === undefined ? {} : { source }) };
  const resumeKey = `packed:${fingerprint}`;
  return store.put({ ...came, ...model, ...terms, weights, stages, resumeKey }, signal);
}
