/**
 * The innermost loops: 6 rows times 8 outputs, 12 registers of sums. Each stands in a function of its own that holds
 * nothing else, since an engine that has to keep more across the loop spills the sums (measured: a third of the speed).
 */

/** Whether this build has relaxed SIMD. */
export const RELAXED: bool = isDefined(POCKET_RELAXED);

/** Whether bytes are multiplied in pairs, by an instruction that every x86 has, rather than in fours by one that few have. */
export const PAIRS: bool = isDefined(POCKET_PAIRS);

/** Four bytes of a row, four times in `x`, against 4 outputs × 4 numbers of `w`, added to `sum`. */
function dot4(sum: v128, w: v128, x: v128): v128 {
  if (PAIRS) return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w, x)));
  if (RELAXED) return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, sum);
  const wide = i16x8.extend_low_i8x16_u(x);
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w), wide);
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w), wide);
  const even = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
  const odd = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  return i32x4.add(sum, i32x4.add(even, odd));
}

/** Sums over `4 · steps` numbers of the rows at `x0` … `x5` times the weights at `w`, to the 48 int32 at `out`. */
export function dotBytes(
  w: usize,
  steps: i32,
  out: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  x4: usize,
  x5: usize,
): void {
  let a0 = i32x4.splat(0),
    a1 = i32x4.splat(0),
    a2 = i32x4.splat(0),
    a3 = i32x4.splat(0),
    a4 = i32x4.splat(0),
    a5 = i32x4.splat(0);
  let b0 = i32x4.splat(0),
    b1 = i32x4.splat(0),
    b2 = i32x4.splat(0),
    b3 = i32x4.splat(0),
    b4 = i32x4.splat(0),
    b5 = i32x4.splat(0);
  const end: usize = (<usize>steps) << 2;
  for (let k: usize = 0; k < end; k += 4) {
    const wa = v128.load(w);
    const wb = v128.load(w, 16);
    let x = v128.load32_splat(x0 + k);
    a0 = dot4(a0, wa, x);
    b0 = dot4(b0, wb, x);
    x = v128.load32_splat(x1 + k);
    a1 = dot4(a1, wa, x);
    b1 = dot4(b1, wb, x);
    x = v128.load32_splat(x2 + k);
    a2 = dot4(a2, wa, x);
    b2 = dot4(b2, wb, x);
    x = v128.load32_splat(x3 + k);
    a3 = dot4(a3, wa, x);
    b3 = dot4(b3, wb, x);
    x = v128.load32_splat(x4 + k);
    a4 = dot4(a4, wa, x);
    b4 = dot4(b4, wb, x);
    x = v128.load32_splat(x5 + k);
    a5 = dot4(a5, wa, x);
    b5 = dot4(b5, wb, x);
    w += 32;
  }
  v128.store(out, a0);
  v128.store(out, b0, 16);
  v128.store(out, a1, 32);
  v128.store(out, b1, 48);
  v128.store(out, a2, 64);
  v128.store(out, b2, 80);
  v128.store(out, a3, 96);
  v128.store(out, b3, 112);
  v128.store(out, a4, 128);
  v128.store(out, b4, 144);
  v128.store(out, a5, 160);
  v128.store(out, b5, 176);
}

function madd(sum: v128, w: v128, x: v128): v128 {
  return RELAXED ? f32x4.relaxed_madd(w, x, sum) : f32x4.add(f32x4.mul(w, x), sum);
}

/** Adds to the 48 float32 at `out` the products over `steps` numbers. */
export function dotFloats(
  w: usize,
  steps: i32,
  out: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  x4: usize,
  x5: usize,
): void {
  let a0 = v128.load(out),
    a1 = v128.load(out, 32),
    a2 = v128.load(out, 64),
    a3 = v128.load(out, 96),
    a4 = v128.load(out, 128),
    a5 = v128.load(out, 160);
  let b0 = v128.load(out, 16),
    b1 = v128.load(out, 48),
    b2 = v128.load(out, 80),
    b3 = v128.load(out, 112),
    b4 = v128.load(out, 144),
    b5 = v128.load(out, 176);
  const end: usize = (<usize>steps) << 2;
  for (let k: usize = 0; k < end; k += 4) {
    const wa = v128.load(w);
    const wb = v128.load(w, 16);
    w += 32;
    let x = v128.load32_splat(x0 + k);
    a0 = madd(a0, wa, x);
    b0 = madd(b0, wb, x);
    x = v128.load32_splat(x1 + k);
    a1 = madd(a1, wa, x);
    b1 = madd(b1, wb, x);
    x = v128.load32_splat(x2 + k);
    a2 = madd(a2, wa, x);
    b2 = madd(b2, wb, x);
    x = v128.load32_splat(x3 + k);
    a3 = madd(a3, wa, x);
    b3 = madd(b3, wb, x);
    x = v128.load32_splat(x4 + k);
    a4 = madd(a4, wa, x);
    b4 = madd(b4, wb, x);
    x = v128.load32_splat(x5 + k);
    a5 = madd(a5, wa, x);
    b5 = madd(b5, wb, x);
  }
  v128.store(out, a0);
  v128.store(out, b0, 16);
  v128.store(out, a1, 32);
  v128.store(out, b1, 48);
  v128.store(out, a2, 64);
  v128.store(out, b2, 80);
  v128.store(out, a3, 96);
  v128.store(out, b3, 112);
  v128.store(out, a4, 128);
  v128.store(out, b4, 144);
  v128.store(out, a5, 160);
  v128.store(out, b5, 176);
}
