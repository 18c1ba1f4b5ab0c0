/** LoRA (Hu et al. 2021, arXiv 2106.09685, eq. 3) `up · down`, and LoCon, which has a k×k kernel between two 1×1 ones (LyCORIS). */
import { elementCount } from '../../dtype';
import { addProduct, throughMiddle } from '../merge';
import { type Kind, rowsOf, type Shape, sameShape } from './kind';

export const lowRank: Kind = {
  name: 'LoRA',
  roles: ['down', 'up', 'mid'],
  missing: ({ down, up }) => (down === undefined ? 'lora_down' : up === undefined ? 'lora_up' : undefined),
  fit({ up, down, mid }, target) {
    const rank = up![1] ?? 0;
    const fits = mid ? fitsThree(up!, mid, down!, rank, target) : fitsTwo(up!, down!, rank, target);
    return rank > 0 && fits ? { rank } : undefined;
  },
  delta({ up, down, mid }) {
    const rank = up!.shape[1]!;
    const wide = mid ? throughMiddle(mid.data, down!.data, rank, down!.shape[0]!) : down!.data;
    return {
      add: (sum, rows, scale) => addProduct(sum, { up: rowsOf(up!.data, rank, rows), down: wide, rank }, scale),
    };
  },
};

/** `up` `[rows, rank]` and `down` `[rank, width]`, whatever sizes of 1 and of a kernel follow. */
const fitsTwo = (up: Shape, down: Shape, rank: number, [rows, ...width]: Shape): boolean =>
  up[0] === rows &&
  elementCount(up) === rows! * rank &&
  down[0] === rank &&
  elementCount(down) === rank * elementCount(width)!;

/** `up` `[rows, rank]`, `mid` `[rank, inner, k, k]` and `down` `[inner, inputs]`. */
const fitsThree = (up: Shape, mid: Shape, down: Shape, rank: number, [rows, inputs, ...kernel]: Shape): boolean =>
  elementCount(up) === rows! * rank &&
  sameShape(mid, [rank, mid[1]!, ...kernel]) &&
  down[0] === mid[1] &&
  elementCount(down) === mid[1]! * inputs!;
