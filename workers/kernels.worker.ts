/** Another thread of our own kernels: does what the engine tells it, and says when it is done. */
import { instantiate } from './backend/int8/kernels';
import { obeying } from './backend/int8/obeying';

const obey = obeying(instantiate, () => self.postMessage(0));

self.onmessage = ({ data }: MessageEvent<Parameters<typeof obey>[0]>) => obey(data);
