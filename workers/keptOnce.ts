/** Weights that are packed once for all the times that they are opened. */
import type { StageWeights } from '../models/stage';
import type { Keep } from './model.checkpoint';

/** As `keep`, which is asked once: what it has kept is opened again and again, and closed with all. For one stage. */
export function keptOnce(keep: Keep): { readonly keep: Keep; close(): Promise<void> } {
  let kept: StageWeights | undefined;
  return {
    async keep(packed, bytes) {
      kept ??= await keep(packed, bytes);
      return { ...kept, close: () => undefined };
    },
    async close() {
      kept?.close();
      kept = undefined;
    },
  };
}
