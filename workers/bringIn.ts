/** Brings whatever came, picked or downloaded, into the store: an exported or converted model as it is, a checkpoint converted. */

import type { Checkpoint } from '../models/checkpoint';
import type { Manifest } from '../models/manifest';
import { type CheckpointOptions, openCheckpoint } from '../models/openCheckpoint';
import type { ByteSource, Folder } from '../models/source';
import type { ImportEvent, License, ModelSummary } from './api';
import { fingerprint } from './fingerprint';
import { importCheckpoint } from './import';
import { importPacked } from './importPacked';
import { openPackedFolder } from './packedFolder';
import type { ModelStore } from './store/modelStore';
import type { Again } from './store/notedOptions';
import { openPackedFile } from './store/packedFile';

export interface BringInOptions {
  /** One of `ModelSummary.origins`. */
  readonly origin: string;
  /** Under what terms it comes, where that is known. */
  readonly license?: License | undefined;
  /** What to tell of it if it is cut off. */
  readonly again?: Again;
  readonly checkpoint: CheckpointOptions;
  /** How a checkpoint's weights are packed here. */
  readonly plan: (checkpoint: Checkpoint) => Manifest;
  /** Whether nobody said how: it is told then where they are rounded. */
  readonly automatic?: boolean;
}

/** Rejects as `openCheckpoint` and `ModelStore.put` do. */
export async function bringIn(
  input: Folder | ByteSource,
  { checkpoint: options, plan, automatic = false, ...came }: BringInOptions,
  store: ModelStore<Manifest>,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const packed = 'paths' in input ? await openPackedFolder(input) : await openPackedFile(input);
  if (packed) return importPacked(packed, came, store, tell, signal);
  const checkpoint = await openCheckpoint(input, options);
  if (checkpoint.ignored?.length) tell({ type: 'ignored', parts: checkpoint.ignored });
  const fingerprints = await sourceOf(input, options);
  const named = { ...came, name: checkpoint.name, fingerprints };
  const manifest = plan(checkpoint);
  if (automatic && manifest.weights !== 'exact') tell({ type: 'rounded', weights: manifest.weights });
  return importCheckpoint(checkpoint, { ...named, manifest }, store, tell, signal);
}

/** Stands for everything that the converted bytes are made of. */
async function sourceOf(input: Folder | ByteSource, { loras = [], vae, predictionType }: CheckpointOptions) {
  const merged = await Promise.all(loras.map(async ({ source, weight }) => [await fingerprint(source), weight]));
  return JSON.stringify([await fingerprint(input), merged, vae && (await fingerprint(vae)), predictionType ?? null]);
}
