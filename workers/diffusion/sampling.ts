/** Drives a sampler: awaits the answers to what it asks, and stops between two of them when aborted. */
import type { Denoiser } from './denoiser';
import type { Latents } from './latents';
import type { Ask, Schedule } from './sampler';
import { scale } from './vector';

/** Who answers a sampler. */
export interface Answers {
  readonly denoise: Denoiser;
  /** Fresh unit normals of the latents' shape; only samplers that add noise ask for them. */
  readonly noise: () => Latents;
}

/** The `x` a sampler starts from: unit normals (random.ts) at the schedule's initial standard deviation. */
export const initialX = (noise: Latents, schedule: Schedule): Latents => scale(schedule.initialSigma, noise);

/**
 * Runs `sampler` to its end and returns its x at `finalSigma`. Checks `signal` before each answer and rejects with
 * its reason; an answer's own rejection passes through. The generator is closed either way.
 */
export async function drive(
  sampler: Generator<Ask, Latents, Latents>,
  answers: Answers,
  signal: AbortSignal,
): Promise<Latents> {
  try {
    let turn = sampler.next();
    while (!turn.done) {
      signal.throwIfAborted();
      const ask = turn.value;
      const answer = ask.type === 'denoise' ? await answers.denoise(ask.x, ask.sigma, ask.timestep) : answers.noise();
      turn = sampler.next(answer);
    }
    return turn.value;
  } finally {
    sampler.return(undefined as never);
  }
}
