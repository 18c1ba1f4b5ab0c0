/** A full-size F16 checkpoint of which nothing is read: a plan knows it by its shapes. */
import { SD15 } from '../../../build/bench/sd15Description';
import type { Checkpoint } from '../../../models/checkpoint';
import { parametersOf } from '../../../models/graph/parameters';

export const fullSize: Checkpoint = {
  name: 'full size',
  description: SD15,
  tokenizer: { vocab: {}, merges: '' },
  weights(stage) {
    const shapes = new Map(parametersOf(SD15, stage).map(({ name, shape }) => [name, shape]));
    return {
      name: stage,
      names: () => [...shapes.keys()],
      info: (name) => (shapes.has(name) ? { dtype: 'F16', shape: shapes.get(name)!, bytes: 0 } : undefined),
      read: (): Promise<never> => Promise.reject(new Error('a plan reads no weights')),
    };
  },
};

export const GIB = 1024 ** 3;
export const ROOMY = { heapBytes: 4 * GIB };
export const SMALL = { width: 256, height: 256 };
export const NATIVE = { width: 512, height: 512 };
