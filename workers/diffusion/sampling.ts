/** Drives a sampler: awaits the answers to what it asks, and stops between two of them when aborted. */
import type { Denoiser } from './denoiser';
import type { Latents } from './latents';
import type { Ask, PutBack, Schedule } from './sampler';
import { scale } from './vector';

/** Who answers a sampler. */
export interface Answers {
  readonly denoise: Denoiser;
  /** Unit normals of the latents' shape: fresh ones, or of a Brownian path between two levels (see `Ask`). */
  readonly noise: (path?: readonly [from: number, to: number]) => Latents;
  /** `x` as it is where absent. */
  readonly arrived?: (x: Latents, sigma: number, as?: PutBack) => Latents;
}

/** The `x` a sampler starts from: unit normals (noise.ts) at the schedule's initial standard deviation. */
export const initialX = (noise: Latents, schedule: Schedule): Latents => scale(schedule.initialSigma, noise);

/**
 * Runs `sampler` to its end and returns its x at `finalSigma`; yields after each network evaluation how many of them
 * have ended a step. Checks `signal` before each answer and throws its reason; an answer's own rejection passes
 * through. The generator is closed either way, also where the caller walks away.
 */
export async function* drive(
  sampler: Generator<Ask, Latents, Latents>,
  answers: Answers,
  signal: AbortSignal,
): AsyncGenerator<number, Latents> {
  try {
    let steps = 0;
    let turn = sampler.next();
    while (!turn.done) {
      signal.throwIfAborted();
      const ask = turn.value;
      if (ask.type === 'noise') {
        turn = sampler.next(answers.noise(ask.path));
        continue;
      }
      if (ask.type === 'arrived') {
        turn = sampler.next(answers.arrived?.(ask.x, ask.sigma, ask.as) ?? ask.x);
        continue;
      }
      const denoised = await answers.denoise(ask.x, ask.sigma, ask.timestep);
      if (!ask.within) steps++;
      yield steps;
      turn = sampler.next(denoised);
    }
    return turn.value;
  } finally {
    sampler.return(undefined as never);
  }
}
