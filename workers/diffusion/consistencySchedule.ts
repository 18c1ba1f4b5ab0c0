/**
 * Schedules of models distilled to few steps: timesteps out of the 50 that they were distilled on, or those given, as `LCMScheduler` and
 * `TCDScheduler` of diffusers 0.42.1 pick them.
 */
import type { SchedulerConfig } from '../../models/sd15';
import { sigmaOf } from './alphas';
import { checkSteps, type MakeSchedule, tailOf, trainedAlphas } from './schedule';

const ORIGINAL_STEPS = 50;
/** diffusers' default of `TCDScheduler.step`; "gamma" in the paper. */
const TCD_ETA = 0.3;

/** Always from timestep T - 1. `bad-argument` above 50 steps. */
function distilledTimesteps({ numTrainTimesteps }: SchedulerConfig, steps: number): number[] {
  checkSteps(steps, ORIGINAL_STEPS);
  const stride = Math.floor(numTrainTimesteps / ORIGINAL_STEPS);
  return Array.from({ length: steps }, (_, i) => {
    return (ORIGINAL_STEPS - Math.floor(i * (ORIGINAL_STEPS / steps))) * stride - 1;
  });
}

export const lcmSchedule: MakeSchedule = (config, steps, { skip = 0, timesteps } = {}) => {
  const alphas = trainedAlphas(config);
  const visited = timesteps ?? distilledTimesteps(config, steps);
  const points = visited.map((timestep) => ({ timestep, sigma: sigmaOf(alphas[timestep]!) }));
  return tailOf({ points, finalSigma: 0, initialSigma: Math.hypot(points[0]!.sigma, 1) }, skip);
};

/** Each step goes down to `(1 - eta)` of the next timestep, in float32 as torch multiplies; the last to timestep 0. */
export const tcdSchedule: MakeSchedule = (config, steps, { eta = TCD_ETA, skip = 0, timesteps: given } = {}) => {
  const alphas = trainedAlphas(config);
  const sigmaAt = (timestep: number): number => sigmaOf(alphas[timestep]!);
  const timesteps = given ?? distilledTimesteps(config, steps);
  const points = timesteps.map((timestep, i) => {
    const down = Math.floor(Math.fround(Math.fround(1 - eta) * (timesteps[i + 1] ?? 0)));
    return { timestep, sigma: sigmaAt(timestep), down: sigmaAt(down) };
  });
  return tailOf({ points, finalSigma: sigmaAt(0), initialSigma: Math.hypot(points[0]!.sigma, 1), eta }, skip);
};
