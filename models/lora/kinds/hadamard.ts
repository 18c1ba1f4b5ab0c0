/**
 * LoHa: two products of low rank, multiplied number by number (Hyeon-Woo et al. 2021, arXiv 2108.06098, eq. 2 and, with kernels
 * `t1` and `t2` between their factors, eq. 4; LyCORIS 4.1, functional/loha.py).
 */
import { elementCount } from '../../dtype';
import { addProduct, throughMiddle } from '../merge';
import { type Factor, type Kind, type PartsOf, rowsOf, type Shape, sameShape, transposed } from './kind';

const SIDES = [1, 2] as const;

export const hadamard: Kind = {
  name: 'LoHa',
  roles: ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b', 'hada_t1', 'hada_t2'],
  missing: (parts) =>
    (['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'] as const).find((role) => parts[role] === undefined) ??
    (parts.hada_t1 && !parts.hada_t2 ? 'hada_t2' : parts.hada_t2 && !parts.hada_t1 ? 'hada_t1' : undefined),
  fit(parts, target) {
    const rank = parts.hada_w1_b![0] ?? 0;
    const fits = SIDES.every((side) => fitsSide(sideOf(parts, side), rank, target));
    return rank > 0 && fits ? { rank } : undefined;
  },
  delta(parts) {
    const [first, second] = SIDES.map((side) => productOf(sideOf(parts, side))) as [Product, Product];
    return {
      add(sum, rows, scale) {
        const [left, right] = [first, second].map(({ up, down, rank }) => {
          const product = new Float32Array(sum.length);
          addProduct(product, { up: rowsOf(up, rank, rows), down, rank }, 1);
          return product;
        }) as [Float32Array, Float32Array];
        for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + scale * left[i]! * right[i]!;
      },
    };
  },
};

interface Side<T> {
  readonly a: T;
  readonly b: T;
  readonly t: T | undefined;
}

const sideOf = <T>(parts: PartsOf<T>, side: 1 | 2): Side<T> => ({
  a: parts[`hada_w${side}_a`]!,
  b: parts[`hada_w${side}_b`]!,
  t: parts[`hada_t${side}`],
});

/** `a` `[rows, rank]` and `b` `[rank, width]`; with `t` `[rank, rank, k, k]` between them `a` `[rank, rows]`, `b` `[rank, inputs]`. */
function fitsSide({ a, b, t }: Side<Shape>, rank: number, [rows, inputs, ...kernel]: Shape): boolean {
  if (!t) return sameShape(a, [rows!, rank]) && sameShape(b, [rank, elementCount([inputs, ...kernel])!]);
  return sameShape(a, [rank, rows!]) && sameShape(b, [rank, inputs!]) && sameShape(t, [rank, rank, ...kernel]);
}

interface Product {
  readonly up: Float32Array;
  readonly down: Float32Array;
  readonly rank: number;
}

function productOf({ a, b, t }: Side<Factor>): Product {
  const rank = b.shape[0]!;
  if (!t) return { up: a.data, down: b.data, rank };
  return { up: transposed(a.data, rank), down: throughMiddle(t.data, b.data, rank, rank), rank };
}
