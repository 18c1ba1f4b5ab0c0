/**
 * Schedules that go from one training timestep to another, as diffusers 0.42.1 makes them with `PNDMScheduler`, `DDIMScheduler`
 * and `DDPMScheduler` `.from_config(config)`: a key absent from the model's scheduler_config.json falls to *each class's own*
 * default. Those that go from one noise level to another are in sigmaSchedule.ts.
 */
import type { SchedulerConfig } from '../../models/sd15';
import { alphasCumprod, sigmaOf } from './alphas';
import { DiffusionError } from './errors';
import { roundHalfEven } from './round';
import type { Schedule } from './sampler';
import type { SigmaSpacing } from './sigmas';
import { leading, linspace, trailing } from './timesteps';

/** What a schedule may be asked for beyond its steps. */
export interface ScheduleOptions {
  readonly sigmas?: SigmaSpacing;
  /** In [0, 1], see `Schedule`. */
  readonly eta?: number;
  /** These, as many as steps, in place of those that the schedule would pick; where diffusers' class takes them. */
  readonly timesteps?: readonly number[];
  /** Steps left out at the beginning, below the count of steps: what is drawn begins from a picture instead. */
  readonly skip?: number;
}

/** `schedule` without its first `skip` steps. */
export const tailOf = ({ points, ...rest }: Schedule, skip: number): Schedule =>
  skip === 0 ? { points, ...rest } : { ...rest, points: points.slice(skip), skipped: points.slice(0, skip) };

/**
 * Makes the schedule of `steps` steps. Throws `unsupported-model` for PNDM's Runge-Kutta start and for zero terminal SNR
 * where the reference has no such thing, and `bad-argument` where diffusers fails (1,000 steps of 1,000, offset by 1) or,
 * at a timestep of -1 (see `trailing`), goes on with nonsense.
 */
export type MakeSchedule = (config: SchedulerConfig, steps: number, options?: ScheduleOptions) => Schedule;

/** `DDIMScheduler`: each step goes from timestep t to t - T / n, below 0 to the final level. */
export const ddimSchedule: MakeSchedule = (config, steps, { eta = 0, skip = 0 } = {}) => {
  const timesteps = spaced(config, steps, 'leading').map(roundHalfEven);
  const stride = Math.floor(config.numTrainTimesteps / steps);
  const moves = timesteps.map((timestep) => ({ timestep, from: timestep, to: timestep - stride }));
  return { ...chain(config, steps, config.setAlphaToOne ?? true, moves.slice(skip)), eta };
};

/** `DDPMScheduler`: each step goes to the next timestep, the last to 0; all noise that is taken out is given back. */
export const ddpmSchedule: MakeSchedule = (config, steps, { skip = 0, timesteps: given } = {}) => {
  const timesteps = given ?? spaced(config, steps, 'leading').map(roundHalfEven);
  const moves = timesteps.map((timestep, i) => ({ timestep, from: timestep, to: timesteps[i + 1] ?? -1 }));
  return { ...chain(config, steps, true, moves.slice(skip)), eta: 1 };
};

/**
 * `PNDMScheduler` with skip_prk_steps: the second timestep is asked for twice, first to repeat the first step with a
 * better derivative, so that n steps are n + 1 evaluations. A single step has no second timestep.
 *
 * In the middle the second timestep to be asked for is not there twice, but diffusers still takes it for the first step's
 * end: from the third on, all are told a timestep below the one where they are. It is drawn so.
 */
export const pndmSchedule: MakeSchedule = (config, steps, { skip = 0 } = {}) => {
  if (config.skipPrkSteps === false) throw rungeKuttaStart();
  refuseZeroSnr(config, 'pndm');
  const timesteps = spaced(config, steps, 'leading').map(roundHalfEven);
  const stride = Math.floor(config.numTrainTimesteps / steps);
  const [first, second, ...others] = timesteps;
  const told = second === undefined ? timesteps : [first!, second, second, ...others];
  const moves = told.slice(skip).map((timestep, i) => {
    const from = i === 1 ? timestep + stride : timestep;
    return { timestep, from, to: from - stride };
  });
  return chain(config, steps, config.setAlphaToOne ?? false, moves);
};

/** A step between two timesteps with the noise predicted at `timestep`. */
interface Move {
  readonly timestep: number;
  readonly from: number;
  readonly to: number;
}

/** Moves in a row: each evaluation sees x where the move before it has left it. */
function chain(config: SchedulerConfig, steps: number, alphaToOne: boolean, moves: readonly Move[]): Schedule {
  const alphas = trainedAlphas(config);
  const sigmaAt = (timestep: number): number => {
    const alpha = alphas[timestep];
    if (alpha === undefined) throw outsideTraining(config, steps, timestep);
    return sigmaOf(alpha);
  };
  const sigmaAfter = ({ to }: Move): number => (to >= 0 ? sigmaAt(to) : alphaToOne ? 0 : sigmaAt(0));

  const initial = sigmaAt(moves[0]!.from);
  const points = moves.map(({ timestep, from }, i) => ({
    timestep,
    sigma: i === 0 ? initial : sigmaAfter(moves[i - 1]!),
    from: sigmaAt(from),
    ...(moves[i - 1]?.to === timestep || i === 0 ? {} : { told: sigmaAt(timestep) }),
  }));
  return {
    points,
    finalSigma: sigmaAfter(moves.at(-1)!),
    initialSigma: Math.hypot(initial, 1),
    predictionType: config.predictionType,
  };
}

/**
 * In these schedules diffusers leaves alphaCumprod at 0 where the last timestep is pure noise. 1e-20 is as good: sigma is
 * 1e10, and x, which is noise then, keeps its digits. From the noise in pure noise nothing can be told, so only v will do.
 */
export function trainedAlphas(config: SchedulerConfig): Float32Array {
  if (config.rescaleBetasZeroSnr && config.predictionType !== 'v_prediction') {
    throw new DiffusionError('unsupported-model', {
      argument: 'scheduler/scheduler_config.json: prediction_type',
      expected: 'v_prediction where rescale_betas_zero_snr is true',
      got: config.predictionType,
    });
  }
  return alphasCumprod(config, 1e-20);
}

/** diffusers' class for `name` does not know of zero terminal SNR and would draw with other betas than were trained. */
export function refuseZeroSnr(config: SchedulerConfig, name: string): void {
  if (!config.rescaleBetasZeroSnr) return;
  throw new DiffusionError('unsupported-model', {
    argument: 'scheduler/scheduler_config.json: rescale_betas_zero_snr',
    expected: `false for ${name} (ddim, ddpm, euler, euler_a, dpmpp_2m, dpmpp_2m_sde, dpmpp_3m_sde, unipc, lcm and tcd take true)`,
    got: 'true',
  });
}

/** The timesteps that the config names, or those `byDefault`; with fractions where linspace has them. */
export function spaced(config: SchedulerConfig, steps: number, byDefault: 'leading' | 'linspace'): number[] {
  const { numTrainTimesteps, stepsOffset = 0, timestepSpacing = byDefault } = config;
  checkSteps(steps, numTrainTimesteps);
  if (timestepSpacing === 'linspace') return linspace(numTrainTimesteps, steps);
  if (timestepSpacing === 'trailing') return trailing(numTrainTimesteps, steps);
  return leading(numTrainTimesteps, steps, stepsOffset);
}

/** Throws `bad-argument` for anything but a count from 1 to `most`. */
export function checkSteps(steps: number, most: number): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= most) return;
  const expected = `an integer from 1 to ${most}`;
  throw new DiffusionError('bad-argument', { argument: 'steps', expected, got: String(steps) });
}

const outsideTraining = ({ numTrainTimesteps }: SchedulerConfig, steps: number, timestep: number) =>
  new DiffusionError('bad-argument', {
    argument: 'steps',
    expected: `a number of steps whose timesteps lie in 0 to ${numTrainTimesteps - 1}`,
    got: `${steps}, with timestep ${timestep}`,
  });

const rungeKuttaStart = () =>
  new DiffusionError('unsupported-model', {
    argument: 'scheduler/scheduler_config.json: skip_prk_steps',
    expected: 'true (pndm starts without Runge-Kutta steps here; ddim and euler do not ask)',
    got: 'false',
  });
