/** Random numbers out of a hash of a key, bit for bit as `spec/vectors/recipes/hashed.py` has them: what is made of them need not be stored. */

/** `count` values around `mean`, `spread` wide: lowbias32 (Wellons, "Hash function prospector") of a Weyl sequence. */
export function uniform(key: string, count: number, spread: number, mean: number): Float32Array {
  const seed = fnv1a(key);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 0x9e3779b9) + seed) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x = (x ^ (x >>> 16)) >>> 0;
    values[i] = (x / 4294967296 - 0.5) * spread + mean;
  }
  return values;
}

function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
