/**
 * What was measured once of others, for whoever measures them again to hold against: the ratios between peers, since machines
 * differ in speed. Two threads of an AMD Zen 5 with AVX-VNNI and BF16, Chromium 156, versions as `python.ts` and `litert.ts` have them;
 * a figure of 11 to 14 seconds is its middle.
 */
import { DECODE_512, nameOf, type Times, UNET_256, UNET_512 } from './figures';

/** Seconds by peer and figure. */
const MEASURED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  sdcpp: { [nameOf(UNET_256)]: 1.9, [nameOf(UNET_512)]: 12.5, [nameOf(DECODE_512)]: 36 },
  torch_bf16: { [nameOf(UNET_256)]: 0.55, [nameOf(UNET_512)]: 2.1, [nameOf(DECODE_512)]: 5.3 },
  openvino: { [nameOf(UNET_256)]: 0.25, [nameOf(UNET_512)]: 1.1, [nameOf(DECODE_512)]: 3.2 },
  ortweb: { [nameOf(UNET_256)]: 1.34, [nameOf(UNET_512)]: 6.6 },
  ortweb_f32: { [nameOf(DECODE_512)]: 43 },
  litert: { [nameOf(UNET_256)]: 0.83 },
};

/** A peer is as it was where its time, to the others', is within this factor of what it was to theirs. */
export const AS_BEFORE = 1.3;

export interface Against {
  readonly figure: string;
  readonly peer: string;
  /** How much longer than before it takes than the others: the median of its ratios to each, over what they were. */
  readonly drift: number;
  readonly asBefore: boolean;
}

/** Each peer's time beside all other peers', of the figures that at least two of them were measured in, now and then. */
export function peersAgainstFacts(times: ReadonlyMap<string, Times>): Against[] {
  return [UNET_256, UNET_512, DECODE_512].map(nameOf).flatMap((figure) => {
    const known = Object.entries(MEASURED).flatMap(([peer, facts]) => {
      const [now, then] = [times.get(peer)?.get(figure), facts[figure]];
      return now === undefined || then === undefined ? [] : [{ peer, slowed: now / then }];
    });
    if (known.length < 2) return [];
    return known.map(({ peer, slowed }) => {
      const others = known.filter((other) => other.peer !== peer).map((other) => slowed / other.slowed);
      const drift = middle(others);
      return { figure, peer, drift, asBefore: Math.max(drift, 1 / drift) <= AS_BEFORE };
    });
  });
}

/** The median; of two in the middle their geometric mean, as ratios have it. */
function middle(ratios: readonly number[]): number {
  const sorted = [...ratios].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return Math.sqrt(low * high);
}
