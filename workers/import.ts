/** Brings a checkpoint into the store: one pass, one tensor in memory at a time, told as it goes. */
import type { Checkpoint } from '../models/checkpoint';
import { type Manifest, STAGE_NAMES } from '../models/manifest';
import { packStage } from '../models/pack';
import { planModel } from '../models/planModel';
import type { StageName } from '../models/stage';
import type { ImportEvent, ModelSummary } from './api';
import { nativeSize } from './model';
import type { ModelStore } from './store/modelStore';

/** Tell the page about this many bytes at a time: more often costs more than it shows. */
const TELL_EVERY_BYTES = 1 << 20;

/** Converts `checkpoint` into `store`. A model is in the store only once all of it is; see `ModelStore.put`. */
export async function importCheckpoint(
  checkpoint: Checkpoint,
  { name, origin }: { readonly name: string; readonly origin: string },
  store: ModelStore<Manifest>,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const manifest = planModel(checkpoint);
  const size = nativeSize(manifest.description);
  const of = STAGE_NAMES.reduce((sum, stage) => sum + manifest.stages[stage].bytes, 0);
  let done = 0;
  const told = async function* (stage: StageName): AsyncGenerator<Uint8Array> {
    for await (const bytes of packStage(manifest.stages[stage].tensors, checkpoint.weights(stage))) {
      yield bytes;
      const before = done;
      done += bytes.length;
      const worthTelling = Math.floor(before / TELL_EVERY_BYTES) !== Math.floor(done / TELL_EVERY_BYTES);
      if (worthTelling || done === of) tell({ type: 'converting', stage, bytes: done, of });
    }
  };
  const stages = STAGE_NAMES.map((stage) => ({ name: stage, bytes: manifest.stages[stage].bytes, data: told(stage) }));
  return store.put({ name, origin, width: size, height: size, manifest, stages }, signal);
}
