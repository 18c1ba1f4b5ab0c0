/** Another thread of our own kernels: does what the engine tells it, and says when it is done. */
import { instantiate, type Kernels } from './backend/int8/kernels';
import type { Order } from './backend/int8/threads';

/** Of each team. */
const kernels: Kernels[] = [];

self.onmessage = ({ data }: MessageEvent<Order>) => {
  if (data.type === 'memory') kernels[data.team] = instantiate(data.module, data.memory);
  else {
    const { team, program, begin, end, state, scratch, thread, threads } = data;
    kernels[team]!.run(program, begin, end, state, scratch[thread]!, threads);
  }
  self.postMessage(0);
};
