/** Another thread of our own kernels: does what the engine tells it, and says when it is done. */
import { instantiate, type Kernels } from './backend/int8/kernels';
import type { Order } from './backend/int8/threads';

let kernels: Kernels | undefined;

self.onmessage = ({ data }: MessageEvent<Order>) => {
  if (data.type === 'memory') kernels = instantiate(data.module, data.memory);
  else {
    const { program, begin, end, state, scratch, thread, threads } = data;
    kernels!.run(program, begin, end, state, scratch[thread]!, threads);
  }
  self.postMessage(0);
};
