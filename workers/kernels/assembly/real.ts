/** Functions of four float32 at a time. */

/** Sides of what `exp` takes: below, the result is as good as 0; above, float32 overflows. */
const LEAST: f32 = -87.0;
const MOST: f32 = 88.0;

/**
 * e^x to 2 units in the last place: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes, `expf`, S. Moshier). NaN
 * stays NaN.
 */
export function exp(value: v128): v128 {
  const x = f32x4.max(f32x4.min(value, f32x4.splat(MOST)), f32x4.splat(LEAST));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(Mathf.LOG2E)));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** x / (1 + e^(-k x)): silu for k = 1, quick gelu for 1.702. */
export function gated(x: v128, k: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp(f32x4.neg(f32x4.mul(k, x)))));
}

/**
 * x Φ(x) = x/2 (1 + erf(x / √2)), erf within 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26).
 */
export function gelu(x: v128): v128 {
  const z = f32x4.abs(f32x4.mul(x, f32x4.splat(Mathf.SQRT1_2)));
  const t = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(z, f32x4.splat(0.3275911))));
  let p = f32x4.splat(1.061405429);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-1.453152027));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.421413741));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.284496736));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.254829592));
  // erfc(z) of |x|; for x ≥ 0, Φ = 1 - erfc / 2, else erfc / 2.
  const half = f32x4.mul(f32x4.mul(f32x4.mul(p, t), exp(f32x4.neg(f32x4.mul(z, z)))), f32x4.splat(0.5));
  const phi = v128.bitselect(half, f32x4.sub(f32x4.splat(1), half), f32x4.lt(x, f32x4.splat(0)));
  return f32x4.mul(x, phi);
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
