/** A network in several graphs that are run one after another, handed about and opened as if it were one. */
import type { StageFile } from '../../models/stage';
import type { Backend, Stage } from '../backend/backend';
import type { Tensors } from '../tensor';

/** One of them. */
export interface ChainedFile extends StageFile {
  /** What it takes of the network's inputs and of what earlier ones hand out. */
  readonly inputs: readonly string[];
}

interface Chain extends StageFile {
  readonly parts: readonly ChainedFile[];
}

/** `parts` as one file, whose weights are those of all: for `chainedBackend`. */
export function chained(parts: readonly ChainedFile[]): StageFile {
  const [first] = parts as readonly [ChainedFile];
  if (parts.length === 1) return first;
  const close = (): void => parts.forEach(({ weights }) => void weights.close());
  const chain: Chain = { ...first, weights: { ...first.weights, close }, parts };
  return chain;
}

const isChain = (file: StageFile): file is Chain => 'parts' in file;

/** `backend`, which opens what was chained, all parts at once, and hands out what the last one does. */
export const chainedBackend = (backend: Backend): Backend => ({
  name: backend.name,
  heapBytes: () => backend.heapBytes(),
  async open(file, ...how) {
    if (!isChain(file)) return backend.open(file, ...how);
    const stages: Stage[] = [];
    const close = async (): Promise<void> => {
      for (const stage of stages.splice(0)) await stage.close();
    };
    try {
      for (const part of file.parts) stages.push(await backend.open(part, ...how));
    } catch (thrown) {
      await close();
      throw thrown;
    }
    return {
      async run(inputs) {
        let values: Tensors = inputs;
        let outputs: Tensors = {};
        for (const [i, stage] of stages.entries()) {
          const given = file.parts[i]!.inputs.map((name) => [name, values[name]!] as const);
          outputs = await stage.run(Object.fromEntries(given));
          values = { ...values, ...outputs };
        }
        return outputs;
      },
      close,
    };
  },
});
