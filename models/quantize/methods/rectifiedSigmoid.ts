/**
 * How far up a weight goes, h(v) = clip(σ(v) (ζ - γ) + γ, 0, 1), and what drives it to either end: λ Σ 1 - |2 h - 1|^β
 * (Nagel et al. 2020, equations 23 and 24; Louizos et al. 2018 for ζ and γ). Constants and β's cosine as in AIMET 2.42.
 */

const ZETA = 1.1;
const GAMMA = -0.1;
const LAMBDA = 0.01;
const FIRST_BETA = 20;
const LAST_BETA = 2;

/** The share of the iterations before the regularizer begins. */
const WARM_START = 0.2;

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** h(v), 0 to 1. */
export const softness = (v: number): number => Math.min(1, Math.max(0, sigmoid(v) * (ZETA - GAMMA) + GAMMA));

/** The v with h(v) = `h`, 0 to 1: its sign says to which end `h` is nearer. */
export const softStart = (h: number): number => -Math.log((ZETA - GAMMA) / (h - GAMMA) - 1);

/** β in an iteration, or `undefined` where the regularizer has not begun. */
export function annealing(iteration: number, iterations: number): number | undefined {
  const done = (iteration / iterations - WARM_START) / (1 - WARM_START);
  return done < 0 ? undefined : LAST_BETA + 0.5 * (FIRST_BETA - LAST_BETA) * (1 + Math.cos(done * Math.PI));
}

/** The derivative by v of the loss whose derivative by h is `byH`, and of the regularizer with `beta`. */
export function pull(v: number, byH: number, beta: number | undefined): number {
  const s = sigmoid(v);
  const h = s * (ZETA - GAMMA) + GAMMA;
  if (h <= 0 || h >= 1) return 0;
  const away = 2 * h - 1;
  const regularizer = beta === undefined ? 0 : -2 * LAMBDA * beta * Math.sign(away) * Math.abs(away) ** (beta - 1);
  return (byH + regularizer) * (ZETA - GAMMA) * s * (1 - s);
}
