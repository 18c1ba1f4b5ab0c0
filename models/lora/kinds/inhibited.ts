/**
 * (IA)³ (Liu et al. 2022, arXiv 2205.05638, sec. 3.3; LyCORIS 4.1, modules/ia3.py): every output, or with `on_input` every input, is
 * made stronger or weaker by itself. `weight` is what is added to a factor of 1; alpha does not count.
 */
import { elementCount } from '../../dtype';
import { badModel } from '../../refuse';
import type { Kind } from './kind';

export const inhibited: Kind = {
  name: 'IA3',
  roles: ['on_input', 'ia3'],
  missing: ({ on_input, ia3 }) => (ia3 === undefined ? 'weight' : on_input === undefined ? 'on_input' : undefined),
  fit: ({ on_input, ia3 }, [rows, inputs]) => {
    const count = ia3!.length > 1 && ia3![0] === 1 ? ia3![1] : ia3![0];
    const fits = elementCount(ia3!) === count && (count === rows || count === inputs);
    return fits && elementCount(on_input!) === 1 ? {} : undefined;
  },
  delta({ on_input, ia3 }, { name, target }) {
    const [rows, inputs, ...kernel] = target as [number, number];
    const ofInputs = on_input!.data[0] !== 0;
    const factors = ia3!.data;
    const expected = ofInputs ? inputs : rows;
    if (factors.length !== expected)
      throw badModel(`${name}.weight`, `${expected} factors, as on_input says`, `${factors.length}`);
    const taps = elementCount(kernel)!;
    const columns = inputs * taps;
    return {
      add(sum, { begin }, scale) {
        for (let i = 0; i < sum.length; i++) {
          const of = ofInputs ? Math.floor((i % columns) / taps) : begin + Math.floor(i / columns);
          sum[i] = sum[i]! * (1 + scale * factors[of]!);
        }
      },
    };
  },
};
