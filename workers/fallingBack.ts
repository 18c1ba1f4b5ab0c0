/**
 * Two ways to compute the same networks, of which the first may be lost at any moment: a host (`backend/bridge`), then the
 * page itself. What the first cannot do, the second does from there on: the same call again, and the same picture.
 */
import type { StageFile, StageName, StageSize } from '../models/stage';
import type { Backend, OpenOptions, Stage } from './backend/backend';
import { CodedError } from './errors';
import type { Model } from './model';

/** A model, and what opens its networks. */
export interface Way {
  readonly model: Model;
  readonly backend: Backend;
}

/**
 * `first`, and for each network that it cannot open, or not run to its end, what `next` brings: that network alone, others
 * are tried on `first` again. `onFall` hears which, and why. A stop, and a request that is wrong in itself, stay what they are.
 */
export function fallingBack(
  first: Way,
  next: () => Promise<Way>,
  onFall: (stage: StageName, why: CodedError) => void = () => undefined,
): Way {
  const sizes = new WeakMap<StageFile, StageSize>();
  let second: Promise<Way> | undefined;

  async function openNext(
    { name }: StageFile,
    size: StageSize,
    signal: AbortSignal,
    how?: OpenOptions,
  ): Promise<Stage> {
    second ??= next();
    const { model, backend } = await second;
    const file = await model.file(name, size, signal);
    try {
      return await backend.open(file, signal, how);
    } finally {
      file.weights.close();
    }
  }

  return {
    model: {
      ...first.model,
      async file(stage, size, signal) {
        const file = await first.model.file(stage, size, signal);
        sizes.set(file, size);
        return file;
      },
    },
    backend: {
      name: first.backend.name,
      heapBytes: () => first.backend.heapBytes(),
      async open(file, signal, how) {
        const size = sizes.get(file)!;
        let fallen = false;
        const instead = (thrown: unknown): Promise<Stage> => {
          if (fallen || signal.aborted || !isTheirs(thrown)) throw thrown;
          fallen = true;
          onFall(file.name, thrown);
          return openNext(file, size, signal, how);
        };
        let stage = await first.backend.open(file, signal, how).catch(instead);
        return {
          async run(inputs) {
            try {
              return await stage.run(inputs);
            } catch (thrown) {
              const lost = stage;
              stage = await instead(thrown);
              lost.close().catch(() => undefined);
              return stage.run(inputs);
            }
          },
          // Of a host that is lost nothing is left to be closed.
          close: () =>
            stage.close().catch((thrown: unknown) => {
              if (!isTheirs(thrown)) throw thrown;
            }),
        };
      },
    },
  };
}

/** Whether another way may do better. */
const isTheirs = (thrown: unknown): thrown is CodedError =>
  thrown instanceof CodedError && thrown.code !== 'aborted' && thrown.code !== 'bad-argument';
