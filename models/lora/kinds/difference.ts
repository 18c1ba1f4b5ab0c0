/** The difference itself, number by number, of weights and of biases (`diff`, `diff_b`; LyCORIS "full"); alpha does not count. */
import { elementCount } from '../../dtype';
import type { Kind } from './kind';

export const difference: Kind = {
  name: 'a full difference',
  roles: ['diff', 'diff_b'],
  missing: () => undefined,
  fit: ({ diff }, target) => (diff![0] === target[0] && elementCount(diff!) === elementCount(target) ? {} : undefined),
  delta: ({ diff }) => ({
    add(sum, { begin, end }, scale) {
      const { data } = diff!;
      const from = (data.length / diff!.shape[0]!) * begin;
      if (end > begin) for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + scale * data[from + i]!;
    },
  }),
};
