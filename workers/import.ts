/** Brings a checkpoint into the store: one pass, one tensor in memory at a time, told as it goes. */
import type { Checkpoint } from '../models/checkpoint';
import { type Manifest, STAGE_NAMES } from '../models/manifest';
import type { StageName } from '../models/stage';
import type { ImportEvent, License, ModelSummary } from './api';
import { conversionKey } from './conversionKey';
import { nativeSize } from './model';
import { packFrom } from './packFrom';
import type { ModelStore } from './store/modelStore';
import type { Again } from './store/notedOptions';

/** Tell the page about this many bytes at a time: more often costs more than it shows. */
const TELL_EVERY_BYTES = 1 << 20;

export interface ImportOptions {
  /** How the weights are packed. */
  readonly manifest: Manifest;
  readonly name: string;
  /** One of `ModelSummary.origins`. */
  readonly origin: string;
  /** Stands for the source's bytes (`fingerprint.ts`) and how they are converted. Without it a killed import begins anew. */
  readonly fingerprints?: string;
  readonly license?: License | undefined;
  /** What to tell of it if it is cut off. */
  readonly again?: Again;
}

/** Converts `checkpoint` into `store`. A model is in the store only once all of it is; see `ModelStore.put`. */
export async function importCheckpoint(
  checkpoint: Checkpoint,
  { manifest, fingerprints, ...named }: ImportOptions,
  store: ModelStore<Manifest>,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const size = nativeSize(manifest.description);
  const stages = told(manifest, tell, (stage, begin) =>
    packFrom(manifest.stages[stage].tensors, checkpoint.weights(stage), begin),
  );
  const resumeKey = fingerprints && (await conversionKey(fingerprints, manifest));
  const { weights } = manifest;
  return store.put({ ...named, width: size, height: size, weights, manifest, stages, resumeKey }, signal);
}

/** The stages of `manifest` as the store takes them, their bytes told as they pass. */
export function told(
  manifest: Manifest,
  tell: (event: ImportEvent) => void,
  data: (stage: StageName, begin: number) => AsyncIterable<Uint8Array>,
) {
  const of = STAGE_NAMES.reduce((sum, stage) => sum + manifest.stages[stage].bytes, 0);
  let before = 0;
  return STAGE_NAMES.map((stage) => {
    const { bytes } = manifest.stages[stage];
    const offset = before;
    before += bytes;
    return {
      name: stage,
      bytes,
      async *data(begin: number): AsyncGenerator<Uint8Array> {
        let done = offset + begin;
        for await (const piece of data(stage, begin)) {
          yield piece;
          const last = done;
          done += piece.length;
          const worthTelling = Math.floor(last / TELL_EVERY_BYTES) !== Math.floor(done / TELL_EVERY_BYTES);
          if (worthTelling || done === of) tell({ type: 'converting', stage, bytes: done, of });
        }
      },
    };
  });
}
