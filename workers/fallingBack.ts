/**
 * Two ways to compute the same networks, of which the first may be lost at any moment: a host (`backend/bridge`), then the
 * page itself. What the first cannot do, the second does from there on: the same call again, and the same picture.
 */
import type { Stage } from './backend/backend';
import { CodedError } from './errors';
import type { DrawnStage } from './memory/course';
import { openStage, type Parts } from './openStage';
import { runEach } from './runEach';

/**
 * `first`, and for each network that it cannot open, or not run to its end, what `next` brings: that network alone, others
 * are tried on `first` again. `onFall` hears which, and why. A stop, a request that is wrong in itself, and a device that
 * is too hot stay what they are.
 */
export function fallingBack(
  first: Parts,
  next: () => Promise<Parts>,
  onFall: (stage: DrawnStage, why: CodedError) => void = () => undefined,
): Parts {
  let second: Parts | undefined;
  return {
    ...first,
    backend: { ...first.backend, heapBytes: () => (second ?? first).backend.heapBytes() },
    async open(name, size, signal, learned) {
      let fallen = false;
      let stage: Stage | undefined;
      const instead = async (thrown: unknown): Promise<Stage> => {
        if (fallen || signal.aborted || !isTheirs(thrown)) throw thrown;
        fallen = true;
        onFall(name, thrown);
        // Before the next takes memory of its own.
        stage?.close().catch(() => undefined);
        stage = undefined;
        second ??= await next();
        return openStage(second, name, size, signal, learned);
      };
      stage = await openStage(first, name, size, signal, learned).catch(instead);
      const either = async <T>(work: (on: Stage) => Promise<T>): Promise<T> => {
        try {
          return await work(stage!);
        } catch (thrown) {
          stage = await instead(thrown);
          return work(stage);
        }
      };
      return {
        run: (inputs) => either((on) => on.run(inputs)),
        runEach: (all) => either((on) => runEach(on, all, signal)),
        // Of a host that is lost nothing is left to be closed.
        close: async () =>
          stage?.close().catch((thrown: unknown) => {
            if (!isTheirs(thrown)) throw thrown;
          }),
      };
    },
  };
}

/** Whether another way may do better: on a device that is too hot, none that heats it further. */
const isTheirs = (thrown: unknown): thrown is CodedError =>
  thrown instanceof CodedError && !['aborted', 'bad-argument', 'too-hot'].includes(thrown.code);
