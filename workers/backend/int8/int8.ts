/** The backend: networks on our own kernels, in eight bits, each in a memory of just its size. */
import type { StageFile } from '../../../models/stage';
import { CodedError } from '../../errors';
import type { Backend, Stage } from '../backend';
import { networkOf } from './assemble';
import { openInt8Stage } from './int8Stage';
import type { Threads } from './threads';

export function int8Backend(threads: Threads): Backend {
  return {
    name: 'wasm-int8',
    activationBits: threads.numbers.bytes === 1 ? 8 : 16,
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
      return openInt8Stage(networkOf(network), file.weights, threads, signal);
    },
  };
}
