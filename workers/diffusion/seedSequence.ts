/**
 * numpy's `SeedSequence`, as far as a Brownian tree needs it: M. E. O'Neill, "Developing a seed_seq alternative" (2015),
 * in the form of `numpy/random/bit_generator.pyx` (numpy 2.4).
 */
const INIT_A = 0x43b0d7e5;
const MULT_A = 0x931e8875;
const INIT_B = 0x8b51f9dd;
const MULT_B = 0x58f38ded;
const MIX_L = 0xca01f9dd;
const MIX_R = 0x4973f715;

/** The first word of `SeedSequence(entropy, spawn_key=spawnKey, pool_size=poolSize).generate_state(1)`. */
export function firstSeed(entropy: number, spawnKey: readonly number[], poolSize: number): number {
  const own = words(entropy);
  // With a spawn key, zeros keep it out of the words of a longer entropy.
  while (spawnKey.length > 0 && own.length < poolSize) own.push(0);
  const assembled = [...own, ...spawnKey.flatMap(words)];
  let constant = INIT_A;
  const hashed = (value: number): number => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, MULT_A);
    return folded(Math.imul(mixed, constant));
  };
  const mix = (x: number, y: number): number => folded(Math.imul(MIX_L, x) - Math.imul(MIX_R, y));

  const pool = Array.from({ length: poolSize }, (_, i) => hashed(assembled[i] ?? 0));
  for (let from = 0; from < poolSize; from++) {
    for (let to = 0; to < poolSize; to++) if (from !== to) pool[to] = mix(pool[to]!, hashed(pool[from]!));
  }
  for (const word of assembled.slice(poolSize)) {
    for (let to = 0; to < poolSize; to++) pool[to] = mix(pool[to]!, hashed(word));
  }
  return folded(Math.imul(pool[0]! ^ INIT_B, Math.imul(INIT_B, MULT_B)));
}

const folded = (value: number): number => ((value >>> 0) ^ (value >>> 16)) >>> 0;

/** An integer up to 2^53 in words of 32 bits, the low one first. */
function words(value: number): number[] {
  const high = Math.floor(value / 2 ** 32);
  return high > 0 ? [value >>> 0, high] : [value >>> 0];
}
