/** How fast bytes go, by the last seconds of them: a connection that recovers, or stalls, is soon told as it is. */

export interface Sample {
  /** Milliseconds since the page began. */
  readonly at: number;
  readonly bytes: number;
}

const LOOK_BACK_MILLISECONDS = 10_000;
const APART_MILLISECONDS = 250;
/** Shorter looks say nothing yet. */
const LEAST_MILLISECONDS = 500;

/** `samples` and one more: thinned out, and without those too old to matter. */
export function sampled(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const kept = samples.filter(
    ({ at }, index) => index === samples.length - 1 || sample.at - at <= LOOK_BACK_MILLISECONDS,
  );
  const [previous, last] = kept.slice(-2);
  const crowded = previous && last && last.at - previous.at < APART_MILLISECONDS;
  return [...(crowded ? kept.slice(0, -1) : kept), sample];
}

/** Bytes a millisecond; `undefined` until it can be told, and when nothing comes. */
export function pace(samples: readonly Sample[], now: number): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.bytes <= first.bytes || now - first.at < LEAST_MILLISECONDS) return undefined;
  return (last.bytes - first.bytes) / (now - first.at);
}
