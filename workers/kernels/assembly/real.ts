/** Functions of four float32 at a time. */
import { madd } from './dot';

/** Sides of what `exp` takes: below, the result is as good as 0; above, float32 overflows. */
const LEAST: f32 = -87.0;
const MOST: f32 = 88.0;

/** Added, it leaves a number's whole part in the lowest bits: 1.5 · 2^23, and the bits of that. */
export const WHOLE: f32 = 12582912.0;
const WHOLE_BITS: i32 = 0x4b400000;
/** The bits of 1. */
const ONE_BITS: i32 = 0x3f800000;

/** The nearest integers of numbers below 2^22. */
export function rounded(x: v128): v128 {
  return i32x4.sub(f32x4.add(x, f32x4.splat(WHOLE)), i32x4.splat(WHOLE_BITS));
}

/**
 * e^x to 2 units in the last place: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes, `expf`, S. Moshier). NaN
 * stays NaN.
 */
export function exp(value: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(value, f32x4.splat(MOST)), f32x4.splat(LEAST));
  const whole = madd(f32x4.splat(WHOLE), x, f32x4.splat(Mathf.LOG2E));
  const n = f32x4.sub(whole, f32x4.splat(WHOLE));
  const r = madd(madd(x, n, f32x4.splat(-0.693359375)), n, f32x4.splat(2.1219444e-4));
  let p = f32x4.splat(1.98756915e-4);
  p = madd(f32x4.splat(1.3981999507e-3), p, r);
  p = madd(f32x4.splat(8.3334519073e-3), p, r);
  p = madd(f32x4.splat(4.1665795894e-2), p, r);
  p = madd(f32x4.splat(1.6666665459e-1), p, r);
  p = madd(f32x4.splat(5.0000001201e-1), p, r);
  p = f32x4.add(madd(r, p, f32x4.mul(r, r)), f32x4.splat(1));
  return f32x4.mul(p, i32x4.add(i32x4.shl(whole, 23), i32x4.splat(ONE_BITS)));
}

/** x / (1 + e^(-k x)): silu for k = 1, quick gelu for 1.702. */
export function gated(x: v128, k: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp(f32x4.neg(f32x4.mul(k, x)))));
}

/** Beyond it Φ is 0 or 1 to within 2e-7. */
const SURE: f32 = 5.2;

/**
 * x Φ(x) = x/2 (1 + erf(x / √2)), erf within 5e-7: x P(x²) / Q(x²), fitted to the least largest error up to `SURE`; further down it is
 * what it is at -`SURE`, nearly 0. (By way of e^(-x²/2) it is twice the instructions.)
 */
export function gelu(x: v128): v128 {
  const low = f32x4.pmax(x, f32x4.splat(-SURE));
  const bounded = f32x4.pmin(low, f32x4.splat(SURE));
  const t = f32x4.mul(bounded, bounded);
  let p = f32x4.splat(-3.23289839343488e-8);
  p = madd(f32x4.splat(1.0748663953563664e-5), p, t);
  p = madd(f32x4.splat(8.236015564762056e-4), p, t);
  p = madd(f32x4.splat(1.216138619929552e-2), p, t);
  p = madd(f32x4.splat(0.12055443972349167), p, t);
  p = madd(f32x4.splat(0.7978835105895996), p, t);
  let q = f32x4.splat(1.383243507007137e-4);
  q = madd(f32x4.splat(3.2534110359847546e-3), q, t);
  q = madd(f32x4.splat(4.321703687310219e-2), q, t);
  q = madd(f32x4.splat(0.31775036454200745), q, t);
  q = madd(f32x4.splat(1), q, t);
  const half = f32x4.mul(low, f32x4.splat(0.5));
  return madd(half, half, f32x4.div(f32x4.mul(bounded, p), q));
}

/** 1 - 2 / (e^(2x) + 1), to 1e-7. */
export function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  return f32x4.sub(one, f32x4.div(two, f32x4.add(exp(f32x4.mul(x, two)), one)));
}

export function sum4(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}
