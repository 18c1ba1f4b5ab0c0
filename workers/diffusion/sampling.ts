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
 * Runs `sampler` to its end and returns its x at `finalSigma`; yields the count of network evaluations after each.
 * Checks `signal` before each answer and throws its reason; an answer's own rejection passes through. The generator is
 * closed either way, also where the caller walks away.
 */
export async function* drive(
  sampler: Generator<Ask, Latents, Latents>,
  answers: Answers,
  signal: AbortSignal,
): AsyncGenerator<number, Latents> {
  try {
    let evaluations = 0;
    let turn = sampler.next();
    while (!turn.done) {
      signal.throwIfAborted();
      const ask = turn.value;
      if (ask.type === 'noise') {
        turn = sampler.next(answers.noise());
        continue;
      }
      const denoised = await answers.denoise(ask.x, ask.sigma, ask.timestep);
      yield ++evaluations;
      turn = sampler.next(denoised);
    }
    return turn.value;
  } finally {
    sampler.return(undefined as never);
  }
}
