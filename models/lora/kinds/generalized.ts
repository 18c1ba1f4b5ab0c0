/**
 * GLoRA (Chavan et al. 2023, arXiv 2306.07967, eq. 10, without its biases; LyCORIS 4.1, modules/glora.py): `W · a1 · a2 + b1 · b2`, the
 * first over the inputs of every tap alike, the second with a kernel `bm` between its factors where there is one.
 */
import { elementCount } from '../../dtype';
import { addProduct } from '../merge';
import { type Factor, type Kind, type PartsOf, rowsOf, sameShape, transposed } from './kind';
import { lowRank } from './lowRank';

const second = <T>({ b1, b2, bm }: PartsOf<T>): PartsOf<T> => ({
  up: b1!,
  down: b2!,
  ...(bm === undefined ? {} : { mid: bm }),
});

export const generalized: Kind = {
  name: 'GLoRA',
  roles: ['a1', 'a2', 'b1', 'b2', 'bm'],
  missing: (parts) => (['a1', 'a2', 'b1', 'b2'] as const).find((role) => parts[role] === undefined),
  fit(parts, target) {
    const found = lowRank.fit(second(parts), target);
    const [inputs, rank] = [target[1]!, found?.rank ?? 0];
    const matrix = (shape: readonly number[]): readonly number[] => shape.slice(0, 2);
    const fits =
      sameShape(matrix(parts.a1!), [inputs, rank]) &&
      sameShape(matrix(parts.a2!), [rank, inputs]) &&
      elementCount(parts.a1!) === inputs * rank &&
      elementCount(parts.a2!) === inputs * rank;
    return found && fits ? found : undefined;
  },
  delta(parts, told) {
    const beside = lowRank.delta(second(parts), told);
    const { rank, a1, a2 } = mixing(parts);
    const inputs = told.target[1]!;
    const taps = elementCount(told.target.slice(2))!;
    return {
      add(sum, rows, scale) {
        // Every tap of every row as a row of inputs.
        const count = sum.length / (inputs * taps);
        const before = new Float32Array(sum.length);
        for (let row = 0; row < count; row++)
          before.set(transposed(rowsOf(sum, inputs * taps, { begin: row, end: row + 1 }), inputs), row * inputs * taps);
        const narrow = new Float32Array(count * taps * rank);
        addProduct(narrow, { up: before, down: a1, rank: inputs }, 1);
        const mixed = new Float32Array(sum.length);
        addProduct(mixed, { up: narrow, down: a2, rank }, 1);
        beside.add(sum, rows, scale);
        for (let i = 0; i < sum.length; i++) {
          const [row, input, tap] = [Math.floor(i / (inputs * taps)), Math.floor(i / taps) % inputs, i % taps];
          sum[i] = sum[i]! + scale * mixed[(row * taps + tap) * inputs + input]!;
        }
      },
    };
  },
};

const mixing = ({ a1, a2 }: PartsOf<Factor>) => ({ rank: a1!.shape[1]!, a1: a1!.data, a2: a2!.data });
