/** A module of its own, for merging LoRAs (models/lora/product.ts): a product of two float32 matrices added to a third. */

/**
 * `sum` `[rows, columns]` plus `up` `[rows, rank]` times `down` `[rank, columns]`, all row-major; columns come in sixteens. Each row
 * comes out the same whatever rows are beside it.
 */
export function addProduct(sum: usize, up: usize, down: usize, rows: i32, columns: i32, rank: i32): void {
  const width: usize = (<usize>columns) << 2;
  // Sixteen columns of `down` stay in the first cache while all rows go by.
  for (let column: usize = 0; column < width; column += 64) {
    let factor = up;
    let at = sum + column;
    for (let row = 0; row < rows; row++) {
      let a = f32x4.splat(0);
      let b = a;
      let c = a;
      let d = a;
      let from = down + column;
      for (let k = 0; k < rank; k++) {
        const times = v128.load32_splat(factor);
        a = f32x4.add(a, f32x4.mul(times, v128.load(from)));
        b = f32x4.add(b, f32x4.mul(times, v128.load(from, 16)));
        c = f32x4.add(c, f32x4.mul(times, v128.load(from, 32)));
        d = f32x4.add(d, f32x4.mul(times, v128.load(from, 48)));
        factor += 4;
        from += width;
      }
      v128.store(at, f32x4.add(v128.load(at), a));
      v128.store(at, f32x4.add(v128.load(at, 16), b), 16);
      v128.store(at, f32x4.add(v128.load(at, 32), c), 32);
      v128.store(at, f32x4.add(v128.load(at, 48), d), 48);
      at += width;
    }
  }
}
