/**
 * Which weights of a network stay in 16 bits, where the rest is in eight: a few small ones carry much of the error (of the
 * demo model's UNet, the 1×1 shortcuts of the last block have a third of it in half a percent of the bytes).
 */

/** Bytes of each weight in eight bits, and energy of the error in the network's output where it alone is rounded, of that of the output. */
export interface RoundedCost {
  readonly key: string;
  readonly bytes: number;
  readonly error: number;
}

/** Those that carry most for each byte, in at most `share` of the bytes of all; a large one may be passed over for small ones. */
export function wideWeights(costs: readonly RoundedCost[], share: number): ReadonlySet<string> {
  let room = share * costs.reduce((sum, { bytes }) => sum + bytes, 0);
  const wide = new Set<string>();
  for (const { key, bytes, error } of [...costs].sort((a, b) => b.error / b.bytes - a.error / a.bytes)) {
    if (error <= 0 || bytes > room) continue;
    wide.add(key);
    room -= bytes;
  }
  return wide;
}
