/**
 * Schedules as diffusers 0.42.1 makes them with `PNDMScheduler`, `DDIMScheduler` and `EulerDiscreteScheduler`
 * `.from_config(config)`: a key absent from the model's scheduler_config.json falls to *each class's own* default, so
 * Euler spaces its timesteps by linspace, fractions and all, unless the file itself names `timestep_spacing`.
 */
import type { SchedulerConfig } from '../../models/sd15';
import { alphasCumprod, sigmaOf } from './alphas';
import { DiffusionError } from './errors';
import { roundHalfEven } from './round';
import type { Schedule } from './sampler';
import { leading, linspace, trailing } from './timesteps';

/**
 * Makes the schedule of `steps` steps. Throws `unsupported-model` for PNDM's Runge-Kutta start, and `bad-argument` where
 * diffusers fails (1,000 steps of 1,000, offset by 1) or, at a timestep of -1 (see `trailing`), goes on with nonsense.
 */
export type MakeSchedule = (config: SchedulerConfig, steps: number) => Schedule;

/** `DDIMScheduler` with eta 0: each step goes from timestep t to t - T / n, below 0 to the final level. */
export const ddimSchedule: MakeSchedule = (config, steps) => {
  const timesteps = spaced(config, steps, 'leading').map(roundHalfEven);
  const stride = Math.floor(config.numTrainTimesteps / steps);
  const moves = timesteps.map((timestep) => ({ timestep, from: timestep, to: timestep - stride }));
  return chain(config, steps, config.setAlphaToOne ?? true, moves);
};

/**
 * `PNDMScheduler` with skip_prk_steps: the second timestep is asked for twice, first to repeat the first step with a
 * better derivative, so that n steps are n + 1 evaluations. A single step has no second timestep.
 */
export const pndmSchedule: MakeSchedule = (config, steps) => {
  if (config.skipPrkSteps === false) throw rungeKuttaStart();
  const timesteps = spaced(config, steps, 'leading').map(roundHalfEven);
  const stride = Math.floor(config.numTrainTimesteps / steps);
  const moves = timesteps.map((timestep) => ({ timestep, from: timestep, to: timestep - stride }));
  const second = timesteps[1];
  if (second !== undefined) moves.splice(1, 0, { timestep: second, from: second + stride, to: second });
  return chain(config, steps, config.setAlphaToOne ?? false, moves);
};

/** `EulerDiscreteScheduler`: sigmas interpolated linearly between the training timesteps, rounded to float32; to 0. */
export const eulerSchedule: MakeSchedule = (config, steps) => {
  const timesteps = spaced(config, steps, 'linspace').map(Math.fround);
  const sigmas = alphasCumprod(config).map(sigmaOf);
  const points = timesteps.map((timestep) => ({ timestep, sigma: Math.fround(interpolate(sigmas, timestep)) }));
  const largest = points[0]!.sigma;
  const scaled = (config.timestepSpacing ?? 'linspace') === 'leading';
  return { points, finalSigma: 0, initialSigma: scaled ? Math.hypot(largest, 1) : largest };
};

/** A step between two timesteps with the noise predicted at `timestep`. */
interface Move {
  readonly timestep: number;
  readonly from: number;
  readonly to: number;
}

/** Moves in a row: each evaluation sees x where the move before it has left it. */
function chain(config: SchedulerConfig, steps: number, alphaToOne: boolean, moves: readonly Move[]): Schedule {
  const alphas = alphasCumprod(config);
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
  }));
  return {
    points,
    finalSigma: sigmaAfter(moves.at(-1)!),
    initialSigma: Math.hypot(initial, 1),
    predictionType: config.predictionType,
  };
}

function spaced(config: SchedulerConfig, steps: number, byDefault: 'leading' | 'linspace'): number[] {
  const { numTrainTimesteps, stepsOffset = 0, timestepSpacing = byDefault } = config;
  if (!Number.isInteger(steps) || steps < 1 || steps > numTrainTimesteps) {
    const expected = `an integer from 1 to ${numTrainTimesteps}`;
    throw new DiffusionError('bad-argument', { argument: 'steps', expected, got: String(steps) });
  }
  if (timestepSpacing === 'linspace') return linspace(numTrainTimesteps, steps);
  if (timestepSpacing === 'trailing') return trailing(numTrainTimesteps, steps);
  return leading(numTrainTimesteps, steps, stepsOffset);
}

/** `numpy.interp(at, arange(table.length), table)`: constant beyond both ends. */
function interpolate(table: Float32Array, at: number): number {
  const t = Math.min(Math.max(at, 0), table.length - 1);
  const low = Math.min(Math.floor(t), table.length - 2);
  return table[low]! + (t - low) * (table[low + 1]! - table[low]!);
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
