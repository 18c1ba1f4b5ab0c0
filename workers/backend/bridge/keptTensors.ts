/** Tensors that cross once and are named from then on (`put`, `kept.NAME`), for as long as they are the same object and wanted. */
import type { Tensor } from '../../tensor';
import type { Calls } from './calls';

export interface KeptTensors {
  /** The name of `value`, which is sent where it is not there yet. Nobody may change its numbers. */
  name(value: Tensor): string;
  /** Gives up all of them; what is under way is done with them still. */
  drop(): void;
}

/** A host keeps 64 (PROTOCOL.md, section 6): of a prompt that is another in every step, those that were named last. */
const MOST = 32;

export function keptTensors({ ask }: Pick<Calls, 'ask'>, next: () => string): KeptTensors {
  /** What was named last stands last. */
  const names = new Map<Tensor['data'], string>();
  const drop = (kept: string): void => void ask({ type: 'drop', keys: { kept } }).catch(() => undefined);
  return {
    name(value) {
      const found = names.get(value.data);
      names.delete(value.data);
      if (found) {
        names.set(value.data, found);
        return found;
      }
      const [oldest] = names.size === MOST ? names : [];
      if (oldest) {
        names.delete(oldest[0]);
        drop(oldest[1]);
      }
      const kept = next();
      names.set(value.data, kept);
      // Its failure shows in the `run` that names it.
      ask({ type: 'put', keys: { kept }, tensors: { value } }).catch(() => names.delete(value.data));
      return kept;
    },
    drop() {
      // With a host that is gone they are gone, too.
      for (const kept of names.values()) drop(kept);
      names.clear();
    },
  };
}
