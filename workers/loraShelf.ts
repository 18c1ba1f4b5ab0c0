/** The page's LoRAs. */
import { openLora } from '../models/lora/loraFile';
import type { LoraSummary } from './api';
import { type KeptFiles, keptFiles } from './keptFiles';
import { loraHash } from './loraHash';
import type { LoraShelf } from './loras';
import type { Records } from './store/records';

/** `take` is `EngineApi.importLora`. */
export interface KeptLoras extends KeptFiles<LoraSummary>, LoraShelf {
  names(): Promise<string[]>;
  /** `LoraSummary.hash` of those of `names` that are here, by name. */
  hashes(names: readonly string[]): Promise<Record<string, string>>;
}

export function keptLoras(records: Records): KeptLoras {
  const kept = keptFiles<LoraSummary>(records, {
    kind: 'lora',
    noun: 'LoRA',
    async describe(source) {
      await openLora(source);
      const hash = await loraHash(source);
      return () => ({ hash });
    },
  });
  return {
    ...kept,
    hashes: async (wanted) =>
      Object.fromEntries(
        (await kept.list()).filter(({ name }) => wanted.includes(name)).map(({ name, hash }) => [name, hash]),
      ),
  };
}
