/**
 * Attention as MatMul, Softmax, MatMul: over all heads at once, `[B, heads, T, C / heads]`, or head by head, `[B, T, C / heads]`,
 * as Qualcomm draws it. QNN multiplies two values of 16 bits as such only where the second is int16 with zero 0; u16 times
 * u16 it rounds to 8 bits and says nothing.
 */
import type { Value } from '../layers';
import { withLast } from '../shapes';
import type { Drawing, Numbers } from './drawing';

export const HEADS_FORMS = ['split', 'batched'] as const;
export type HeadsForm = (typeof HEADS_FORMS)[number];

/** Queries, which are scaled already, keys and values. */
export type Attending = readonly [q: Value, k: Value, v: Value];

interface Seeing {
  readonly heads: number;
  readonly causal?: boolean;
}

/** Added to scores that causality forbids: exp of it is 0 beside any score that is seen, and 16 bits still hold the others well. */
const FORBIDDEN = -100;

/** `[B, T, C]` of the same; `scope` names the layer. */
export function batchedAttention(
  draw: Drawing,
  scope: string,
  [q, k, v]: Attending,
  { heads, causal = false }: Seeing,
): Value {
  const [batch, tokens, channels] = q.shape as [number, number, number];
  const split = (x: Value, perm: readonly number[]): Value => {
    const parts = [batch, x.shape[1]!, heads, channels / heads];
    return transposed(draw, draw.move('Reshape', [x, { kind: 'integers', values: parts }], parts), perm);
  };
  const byHead = [0, 2, 1, 3];
  const asked = [split(q, byHead), split(k, [0, 2, 3, 1]), split(v, byHead)] as const;
  const joined = transposed(
    draw,
    seen(draw, (role) => `${scope}/${role}`, asked, causal),
    byHead,
  );
  return draw.move('Reshape', [joined, { kind: 'integers', values: [batch, tokens, channels] }], q.shape);
}

/** `[B, T, C]` of what each head sees; `heads` are `[B, T, C / heads]` each, and every value of theirs has an encoding of its own. */
export function splitAttention(draw: Drawing, scope: string, heads: readonly Attending[], causal = false): Value {
  const all = heads.map(([q, k, v], i) =>
    seen(draw, (role) => `${scope}/head${i}.${role}`, [q, transposed(draw, k, [0, 2, 1]), v], causal),
  );
  const [first] = all as [Value];
  if (all.length === 1) return first;
  return draw.step('Concat', `${scope}/seen`, all, withLast(first.shape, all.length * first.shape.at(-1)!), {
    axis: 2,
  });
}

/** softmax(q kᵀ) v of whatever axes stand before the last two; `keys` are transposed. */
function seen(draw: Drawing, named: (role: string) => string, [q, keys, v]: Attending, causal: boolean): Value {
  const scores = withLast(q.shape, keys.shape.at(-1)!);
  const product = draw.step('MatMul', named('scores'), [q, draw.symmetric(keys)], scores);
  const allowed = causal ? draw.step('Add', named('causal'), [product, causalMask(scores)], scores) : product;
  const shares = draw.step('Softmax', named('shares'), [allowed], scores, { axis: -1 });
  return draw.step('MatMul', named('seen'), [shares, draw.symmetric(v)], q.shape);
}

const transposed = (draw: Drawing, x: Value, perm: readonly number[]): Value =>
  draw.move(
    'Transpose',
    [x],
    perm.map((axis) => x.shape[axis]!),
    { perm },
  );

/** For `scores` `[…, T, T]`. */
function causalMask(scores: readonly number[]): Numbers {
  const tokens = scores.at(-1)!;
  const values = (): Float32Array => {
    const mask = new Float32Array(tokens * tokens);
    for (let query = 0; query < tokens; query++) mask.fill(FORBIDDEN, query * tokens + query + 1, (query + 1) * tokens);
    return mask;
  };
  const shape = scores.map((size, axis) => (axis < scores.length - 2 ? 1 : size));
  return { kind: 'numbers', key: `causal[${tokens}]`, values, shape, as: 'activation' };
}
