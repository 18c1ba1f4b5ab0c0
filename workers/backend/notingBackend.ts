/** A backend that lets somebody see what its networks are asked, and what they answer. */
import type { StageName } from '../../models/stage';
import type { Tensors } from '../tensor';
import type { Backend } from './backend';

export type Note = (stage: StageName, inputs: Tensors, outputs: Tensors) => void;

/** `backend`, whose networks tell `note` of each call once it is answered. */
export function notingBackend(backend: Backend, note: Note): Backend {
  return {
    ...backend,
    async open(file, ...how) {
      const stage = await backend.open(file, ...how);
      return {
        async run(inputs) {
          const outputs = await stage.run(inputs);
          note(file.name, inputs, outputs);
          return outputs;
        },
        close: () => stage.close(),
      };
    },
  };
}
