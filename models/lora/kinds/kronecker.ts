/**
 * LoKr: a Kronecker product of a small matrix and a larger one, either of which may be a product of low rank itself, the larger
 * one with a kernel between its factors (LyCORIS 4.1, functional/lokr.py; Yeh et al. 2023, arXiv 2309.14859, sec. 3.2).
 */
import { elementCount } from '../../dtype';
import { addProduct, throughMiddle } from '../merge';
import { type Factor, type Kind, type PartsOf, type Shape, sameShape, transposed } from './kind';

export const kronecker: Kind = {
  name: 'LoKr',
  roles: ['lokr_w1', 'lokr_w1_a', 'lokr_w1_b', 'lokr_w2', 'lokr_w2_a', 'lokr_w2_b', 'lokr_t2'],
  missing: (parts) => {
    if (!parts.lokr_w1 && !(parts.lokr_w1_a && parts.lokr_w1_b)) return 'lokr_w1';
    return !parts.lokr_w2 && !(parts.lokr_w2_a && parts.lokr_w2_b) ? 'lokr_w2' : undefined;
  },
  fit(parts, [rows, ...width]) {
    const { lokr_w1_a, lokr_w1_b, lokr_w2_a, lokr_w2_b, lokr_t2 } = parts;
    const left = parts.lokr_w1 ?? productShape(lokr_w1_a!, lokr_w1_b!);
    const right =
      parts.lokr_w2 ?? (lokr_t2 ? tuckerShape(lokr_t2, lokr_w2_a!, lokr_w2_b!) : productShape(lokr_w2_a!, lokr_w2_b!));
    if (!left || !right || left.length !== 2) return undefined;
    const fits = left[0]! * right[0]! === rows && elementCount([left[1], ...right.slice(1)]) === elementCount(width);
    // Two whole matrices have no rank: alpha is not divided by one, and does not count.
    const rank = parts.lokr_w2 ? (parts.lokr_w1 ? undefined : lokr_w1_b![0]) : lokr_w2_b![0];
    return fits ? (rank === undefined ? {} : { rank }) : undefined;
  },
  delta(parts) {
    const left = parts.lokr_w1 ?? product(parts.lokr_w1_a!, parts.lokr_w1_b!);
    const right = rightOf(parts);
    const [height, width] = [right.shape[0]!, right.data.length / right.shape[0]!];
    const across = left.shape[1]!;
    return {
      add(sum, { begin, end }, scale) {
        for (let row = begin; row < end; row++) {
          const small = Math.floor(row / height) * across;
          const from = (row % height) * width;
          let at = (row - begin) * across * width;
          for (let j = 0; j < across; j++) {
            const factor = scale * left.data[small + j]!;
            for (let i = 0; i < width; i++, at++) sum[at] = sum[at]! + factor * right.data[from + i]!;
          }
        }
      },
    };
  },
};

function rightOf({ lokr_w2, lokr_w2_a, lokr_w2_b, lokr_t2 }: PartsOf<Factor>): Factor {
  if (lokr_w2) return lokr_w2;
  if (!lokr_t2) return product(lokr_w2_a!, lokr_w2_b!);
  const [rank, inner] = lokr_t2.shape as [number, number];
  const up = { shape: [lokr_w2_a!.shape[1]!, rank], data: transposed(lokr_w2_a!.data, rank) };
  const down = throughMiddle(lokr_t2.data, lokr_w2_b!.data, rank, inner);
  return product(up, { shape: [rank, down.length / rank], data: down });
}

function product(a: Factor, b: Factor): Factor {
  const [rows, rank] = a.shape as [number, number];
  const data = new Float32Array((rows * b.data.length) / rank);
  addProduct(data, { up: a.data, down: b.data, rank }, 1);
  return { shape: [rows, data.length / rows], data };
}

const productShape = (a: Shape, b: Shape): Shape | undefined =>
  a.length === 2 && a[1] === b[0] && a[1]! > 0 ? [a[0]!, ...b.slice(1)] : undefined;

const tuckerShape = (t: Shape, a: Shape, b: Shape): Shape | undefined =>
  sameShape(a, [t[0]!, a[1]!]) && sameShape(b, [t[1]!, b[1]!]) && t[0]! > 0 ? [a[1]!, b[1]!, ...t.slice(2)] : undefined;
