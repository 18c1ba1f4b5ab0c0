/**
 * Attention as MatMul, Softmax, MatMul over `[B, heads, T, C / heads]`. QNN multiplies two values of 16 bits as such only
 * where the second is int16 with zero 0; u16 times u16 it rounds to 8 bits and says nothing.
 */
import type { Value } from '../layers';
import type { Drawing, Numbers } from './drawing';

/** Added to scores that causality forbids: exp of it is 0 beside any score that is seen, and 16 bits still hold the others well. */
const FORBIDDEN = -100;

/** `q` is scaled already; `scope` names the layer. */
export function attention(
  draw: Drawing,
  scope: string,
  [q, k, v]: readonly [q: Value, k: Value, v: Value],
  { heads, causal = false }: { readonly heads: number; readonly causal?: boolean },
): Value {
  const [batch, tokens, channels] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const split = (x: Value, perm: readonly number[]): Value => {
    const parts = [batch, x.shape[1]!, heads, channels / heads];
    const reshaped = draw.move('Reshape', [x, { kind: 'integers', values: parts }], parts);
    return draw.move(
      'Transpose',
      [reshaped],
      perm.map((axis) => parts[axis]!),
      { perm },
    );
  };
  const byHead = [0, 2, 1, 3];
  const queries = split(q, byHead);
  const scores = [batch, heads, tokens, keys];
  const product = draw.step('MatMul', `${scope}/scores`, [queries, draw.symmetric(split(k, [0, 2, 3, 1]))], scores);
  const allowed = causal ? draw.step('Add', `${scope}/causal`, [product, causalMask(tokens)], scores) : product;
  const shares = draw.step('Softmax', `${scope}/shares`, [allowed], scores, { axis: -1 });
  const seen = draw.step('MatMul', `${scope}/seen`, [shares, draw.symmetric(split(v, byHead))], queries.shape);
  const joined = draw.move('Transpose', [seen], [batch, tokens, heads, channels / heads], { perm: byHead });
  return draw.move('Reshape', [joined, { kind: 'integers', values: q.shape }], q.shape);
}

function causalMask(tokens: number): Numbers {
  const values = (): Float32Array => {
    const mask = new Float32Array(tokens * tokens);
    for (let query = 0; query < tokens; query++) mask.fill(FORBIDDEN, query * tokens + query + 1, (query + 1) * tokens);
    return mask;
  };
  return { kind: 'numbers', key: `causal[${tokens}]`, values, shape: [1, 1, tokens, tokens], as: 'activation' };
}
