/** The backend: networks on our own kernels, in eight bits, each in a memory of just its size. */
import { turns } from '../../../models/inTurn';
import type { StageFile } from '../../../models/stage';
import { CodedError } from '../../errors';
import type { Backend, Stage } from '../backend';
import { networkOf } from './assemble';
import { openInt8Stage } from './int8Stage';
import type { Threads } from './threads';

/**
 * Its networks share the threads, and a network has one place for what comes in: whatever is run or opened, from wherever, goes one
 * after another.
 */
export function int8Backend(threads: Threads): Backend {
  const inTurn = turns();
  return {
    name: 'wasm-int8',
    numbers: threads.numbers.bytes === 1 ? 'bytes' : 'words',
    heapBytes: () => threads.heapBytes(),
    async open(file: StageFile, signal: AbortSignal): Promise<Stage> {
      signal.throwIfAborted();
      const { network } = file;
      if (!network)
        throw new CodedError('bad-argument', {
          argument: file.name,
          expected: 'a description of the network',
          got: 'none',
        });
      const stage = await inTurn(() => openInt8Stage(networkOf(network), file.weights, threads, signal));
      return {
        run: (inputs) => inTurn(() => stage.run(inputs)),
        // Whoever is given its memory has waited for the runs before.
        close: () => stage.close(),
      };
    },
  };
}
