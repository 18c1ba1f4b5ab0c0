/**
 * Schedules that go from one noise level to another, as diffusers 0.42.1 makes them `.from_config(config)`, in two
 * families that differ in how timesteps are spaced, what a sample is before the first step, and what is rounded. A
 * spacing that diffusers' class does not have (Align Your Steps, say) is treated as the class treats Karras's.
 */
import type { SchedulerConfig } from '../../models/sd15';
import { alphasCumprod } from './alphas';
import { DiffusionError } from './errors';
import { roundHalfEven } from './round';
import type { Schedule } from './sampler';
import { checkSteps, type MakeSchedule, refuseZeroSnr, type ScheduleOptions, spaced, tailOf } from './schedule';
import { interpolate, type SigmaSpacing, spacedSigmas, timestepOf, trainedSigmas } from './sigmas';
import { trailing } from './timesteps';

const { fround } = Math;

/** What tells the schedules of one family apart. */
interface Traits {
  /** For the error that says so: the class knows nothing of zero terminal SNR. */
  readonly withoutZeroSnr?: string;
  /** The class rounds the timesteps of Karras's levels. */
  readonly rounds?: boolean;
  readonly eta?: number;
  /** The last step goes to the level of timestep 0, or nowhere from levels that were spaced; not to 0. */
  readonly endsAbove0?: boolean;
  /** The class has no levels but its timesteps': those that a model's config asks for are none of its. */
  readonly withoutSpacings?: boolean;
}

/** The levels that are gone through: those that are asked for, or where none are the model's. */
function spacingOf(
  { sigmas = 'model', timesteps }: ScheduleOptions,
  { sigmaSpacing }: SchedulerConfig,
  withoutSpacings = false,
): SigmaSpacing {
  if (sigmas !== 'model' || withoutSpacings || !sigmaSpacing) return sigmas;
  if (!timesteps) return sigmaSpacing;
  const expected = `none with a model whose scheduler config asks for ${sigmaSpacing} levels`;
  throw new DiffusionError('bad-argument', { argument: 'timesteps', expected, got: timesteps.join(', ') });
}

/**
 * k-diffusion's samplers: `EulerDiscreteScheduler`, `EulerAncestral…`, `Heun…`, `LMS…`, `KDPM2…`, `KDPM2Ancestral…`,
 * `DPMSolverSDEScheduler`. Sigmas interpolated linearly between the training timesteps and rounded to float32; to 0.
 */
const kSchedule =
  ({ withoutZeroSnr, withoutSpacings, rounds = false, eta = 0 }: Traits): MakeSchedule =>
  (config, steps, options = {}) => {
    const { skip = 0, timesteps: given } = options;
    const spacing = spacingOf(options, config, withoutSpacings);
    if (withoutZeroSnr) refuseZeroSnr(config, withoutZeroSnr);
    const trained = trainedSigmas(alphasCumprod(config));
    const timestepAt = (sigma: number): number => timestepOf(sigma, trained);
    const timesteps = given ?? spaced(config, steps, 'linspace').map(fround);
    const own = timesteps.map((timestep) => ({ timestep, sigma: fround(interpolate(trained.sigmas, timestep)) }));
    const [largest, smallest] = [timesteps[0]!, timesteps.at(-1)!].map((t) => interpolate(trained.sigmas, t));
    const points =
      spacing === 'model'
        ? own
        : spacedSigmas(spacing, steps, { largest: largest!, smallest: smallest! }, trained).map((sigma) => {
            const timestep = timestepAt(sigma);
            return {
              timestep: rounds && spacing !== 'exponential' ? roundHalfEven(timestep) : timestep,
              sigma: fround(sigma),
            };
          });
    const scaled = (config.timestepSpacing ?? 'linspace') === 'leading';
    const first = points[0]!.sigma;
    const initialSigma = scaled ? Math.hypot(first, 1) : first;
    return tailOf({ points, finalSigma: 0, initialSigma, eta, timestepAt }, skip);
  };

/**
 * Exponential integrators: `DPMSolverMultistepScheduler`, `UniPCMultistepScheduler`, `DEISMultistepScheduler`. Whole
 * timesteps, the last of n + 1 left out; they start from a sample of the model's own scale.
 */
const multistepSchedule =
  ({ withoutZeroSnr, endsAbove0 = false }: Traits): MakeSchedule =>
  (config, steps, options = {}) => {
    const { skip = 0, timesteps } = options;
    const spacing = spacingOf(options, config);
    if (withoutZeroSnr) refuseZeroSnr(config, withoutZeroSnr);
    const { numTrainTimesteps, timestepSpacing = 'linspace', stepsOffset = 0 } = config;
    checkSteps(steps, numTrainTimesteps);
    const trained = trainedSigmas(alphasCumprod(config));
    const points: Schedule['points'] =
      spacing === 'model'
        ? (timesteps ?? wholeTimesteps(numTrainTimesteps, steps, timestepSpacing, stepsOffset)).map((timestep) => ({
            ...{ timestep, sigma: interpolate(trained.sigmas, timestep) },
          }))
        : spacedSigmas(spacing, steps, { largest: trained.sigmas.at(-1)!, smallest: trained.sigmas[0]! }, trained).map(
            (sigma) => {
              const timestep = timestepOf(sigma, trained);
              const whole = spacing === 'exponential' ? Math.trunc(timestep) : roundHalfEven(timestep);
              return { timestep: whole, sigma: fround(sigma) };
            },
          );
    refuseStandstill(points, steps);
    const last = spacing === 'model' ? trained.sigmas[0]! : points.at(-1)!.sigma;
    const initialSigma = Math.hypot(points[0]!.sigma, 1);
    return tailOf({ points, finalSigma: endsAbove0 ? last : 0, initialSigma }, skip);
  };

/** Rounded, timesteps may repeat where there are nearly as many steps; diffusers divides by the nothing between them. */
function refuseStandstill(points: Schedule['points'], steps: number): void {
  const again = points.find(({ sigma }, i) => sigma === points[i + 1]?.sigma);
  if (!again) return;
  const expected = 'a number of steps whose timesteps differ';
  throw new DiffusionError('bad-argument', {
    argument: 'steps',
    expected,
    got: `${steps}, with ${again.timestep} twice`,
  });
}

function wholeTimesteps(
  trainTimesteps: number,
  steps: number,
  spacing: 'leading' | 'linspace' | 'trailing',
  stepsOffset: number,
): number[] {
  if (spacing === 'trailing') return trailing(trainTimesteps, steps);
  const stride = spacing === 'leading' ? Math.floor(trainTimesteps / (steps + 1)) : (trainTimesteps - 1) / steps;
  const offset = spacing === 'leading' ? stepsOffset : 0;
  return Array.from({ length: steps }, (_, i) => {
    if (spacing === 'linspace' && i === 0) return trainTimesteps - 1;
    return roundHalfEven((steps - i) * stride) + offset;
  });
}

export const eulerSchedule = kSchedule({});
export const eulerAncestralSchedule = kSchedule({ eta: 1, withoutSpacings: true });
export const heunSchedule = kSchedule({ withoutZeroSnr: 'heun' });
export const lmsSchedule = kSchedule({ withoutZeroSnr: 'lms' });
export const dpm2Schedule = kSchedule({ withoutZeroSnr: 'dpm2', rounds: true });
export const dpm2AncestralSchedule = kSchedule({ withoutZeroSnr: 'dpm2_a', rounds: true, eta: 1 });
export const dpmppSdeSchedule = kSchedule({ withoutZeroSnr: 'dpmpp_sde' });
export const dpmppSchedule = multistepSchedule({});
export const deisSchedule = multistepSchedule({ withoutZeroSnr: 'deis', endsAbove0: true });
