/** Weights that are packed once for all the times that they are opened. */
import type { StageWeights } from '../models/stage';
import type { Keep } from './model.checkpoint';

/** Weights that may be gone by the next time tell whether they are. */
type Kept = StageWeights & { sound?(): Promise<boolean> };

/** As `keep`, which is asked once: what it has kept is opened again and again, for as long as it is sound, and closed with all. For one stage. */
export function keptOnce(keep: (...how: Parameters<Keep>) => Promise<Kept>): {
  readonly keep: Keep;
  close(): Promise<void>;
} {
  let kept: Kept | undefined;
  return {
    async keep(packed, bytes) {
      if (kept?.sound && !(await kept.sound())) kept = undefined;
      kept ??= await keep(packed, bytes);
      return { ...kept, close: () => undefined };
    },
    async close() {
      kept?.close();
      kept = undefined;
    },
  };
}
