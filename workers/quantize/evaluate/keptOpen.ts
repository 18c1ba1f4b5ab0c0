/**
 * Networks that stay open from picture to picture. The pipeline opens each anew for every picture, which takes a small one
 * longer than what it is opened for; of a large one there is no room for all.
 */
import type { StageName } from '../../../models/stage';
import { weightsInMemory } from '../../../models/stageWeights';
import type { Stage } from '../../backend/backend';
import type { Parts } from '../../openStage';

export interface KeptParts extends Parts {
  close(): Promise<void>;
}

/** `parts` for pictures of one size. Who has it closes it. */
export function keptOpen({ model, backend }: Parts): KeptParts {
  const opened = new Map<StageName, Stage>();
  return {
    model: {
      ...model,
      async file(stage, ...of) {
        if (!opened.has(stage)) return model.file(stage, ...of);
        return { name: stage, graph: new Uint8Array(), weights: weightsInMemory(new Uint8Array()) };
      },
    },
    backend: {
      ...backend,
      async open(file, ...how) {
        const stage = opened.get(file.name) ?? (await backend.open(file, ...how));
        opened.set(file.name, stage);
        return { ...stage, close: async () => undefined };
      },
    },
    async close() {
      for (const stage of opened.values()) await stage.close();
      opened.clear();
    },
  };
}
