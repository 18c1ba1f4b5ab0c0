/**
 * The innermost loops: 6 rows times 8 outputs, 12 registers of sums. Each stands in a function of its own that holds
 * nothing else, since an engine that has to keep more across the loop spills the sums (measured: a third of the speed).
 */

/** Whether this build multiplies bytes, four at a time, by relaxed SIMD; else it multiplies sixteen bits, two at a time. */
export const RELAXED: bool = isDefined(POCKET_RELAXED);

/** Of a number of a quantized row, bytes; and by how much a count of them is shifted to give bytes. */
export const NUMBER_BYTES: usize = RELAXED ? 1 : 2;
export const NUMBER_SHIFT: usize = RELAXED ? 0 : 1;

/** Four bytes of a row, four times in `x`, against 4 outputs × 4 numbers of `w`, added to `sum`. */
function fours(sum: v128, w: v128, x: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, sum);
}

/** Two numbers of a row, four times in `x`, against 4 outputs × 2 numbers of `w`, added to `sum`. */
function pairs(sum: v128, w: v128, x: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(w, x));
}

/**
 * Sums over `4 · steps` numbers of the rows at `x0` … `x5` times the weights at `w`, to the 48 int32 at `out`. Weights are bytes
 * `[steps, 8, 4]`, or where rows are words sixteen bits as well, `[steps, 2, 8, 2]`.
 */
// inline
function panelOfIntegers(
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
  const end: usize = (<usize>steps) << (2 + NUMBER_SHIFT);
  if (RELAXED) {
    for (let k: usize = 0; k < end; k += 4) {
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      let x = v128.load32_splat(x0 + k);
      a0 = fours(a0, wa, x);
      b0 = fours(b0, wb, x);
      x = v128.load32_splat(x1 + k);
      a1 = fours(a1, wa, x);
      b1 = fours(b1, wb, x);
      x = v128.load32_splat(x2 + k);
      a2 = fours(a2, wa, x);
      b2 = fours(b2, wb, x);
      x = v128.load32_splat(x3 + k);
      a3 = fours(a3, wa, x);
      b3 = fours(b3, wb, x);
      x = v128.load32_splat(x4 + k);
      a4 = fours(a4, wa, x);
      b4 = fours(b4, wb, x);
      x = v128.load32_splat(x5 + k);
      a5 = fours(a5, wa, x);
      b5 = fours(b5, wb, x);
      w += 32;
    }
  } else {
    // Two pairs of numbers in a turn: half the loop's own work is a fifth of the time (Zen 4).
    for (let k: usize = 0; k < end; k += 8) {
      let wa = v128.load(w);
      let wb = v128.load(w, 16);
      let x = v128.load32_splat(x0 + k);
      a0 = pairs(a0, wa, x);
      b0 = pairs(b0, wb, x);
      x = v128.load32_splat(x1 + k);
      a1 = pairs(a1, wa, x);
      b1 = pairs(b1, wb, x);
      x = v128.load32_splat(x2 + k);
      a2 = pairs(a2, wa, x);
      b2 = pairs(b2, wb, x);
      x = v128.load32_splat(x3 + k);
      a3 = pairs(a3, wa, x);
      b3 = pairs(b3, wb, x);
      x = v128.load32_splat(x4 + k);
      a4 = pairs(a4, wa, x);
      b4 = pairs(b4, wb, x);
      x = v128.load32_splat(x5 + k);
      a5 = pairs(a5, wa, x);
      b5 = pairs(b5, wb, x);
      wa = v128.load(w, 32);
      wb = v128.load(w, 48);
      x = v128.load32_splat(x0 + k, 4);
      a0 = pairs(a0, wa, x);
      b0 = pairs(b0, wb, x);
      x = v128.load32_splat(x1 + k, 4);
      a1 = pairs(a1, wa, x);
      b1 = pairs(b1, wb, x);
      x = v128.load32_splat(x2 + k, 4);
      a2 = pairs(a2, wa, x);
      b2 = pairs(b2, wb, x);
      x = v128.load32_splat(x3 + k, 4);
      a3 = pairs(a3, wa, x);
      b3 = pairs(b3, wb, x);
      x = v128.load32_splat(x4 + k, 4);
      a4 = pairs(a4, wa, x);
      b4 = pairs(b4, wb, x);
      x = v128.load32_splat(x5 + k, 4);
      a5 = pairs(a5, wa, x);
      b5 = pairs(b5, wb, x);
      w += 64;
    }
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

/** The same, of one panel. */
export function dotIntegers(
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
  panelOfIntegers(w, steps, out, x0, x1, x2, x3, x4, x5);
}

/** Of `panels`, which begin so many bytes `apart`, to one 48 after the other. */
export function dotPanels(
  w: usize,
  steps: i32,
  panels: i32,
  apart: usize,
  out: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  x4: usize,
  x5: usize,
): void {
  for (; panels > 0; panels--) {
    panelOfIntegers(w, steps, out, x0, x1, x2, x3, x4, x5);
    w += apart;
    out += 192;
  }
}

/** sum + w · x, rounded once where the machine can. */
export function madd(sum: v128, w: v128, x: v128): v128 {
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
