/** How often a sampler asks. */
import type { Latents } from './latents';
import type { Sampler, Schedule } from './sampler';

/** How many calls of the denoiser a sampler makes: it is asked, about a single number. */
export function callsOf(sampler: Sampler, schedule: Schedule): number {
  const nothing: Latents = { shape: [1, 1, 1, 1], data: new Float32Array(1) };
  const asking = sampler(nothing, schedule);
  let calls = 0;
  for (let turn = asking.next(); !turn.done; ) {
    if (turn.value.type === 'denoise') calls++;
    turn = asking.next(turn.value.type === 'arrived' ? turn.value.x : nothing);
  }
  return calls;
}
