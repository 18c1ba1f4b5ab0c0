import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SchedulerConfig } from '../../../models/sd15';
import { alphasCumprod } from '../../../workers/diffusion/alphas';
import { DiffusionError } from '../../../workers/diffusion/errors';
import { samplers } from '../../../workers/diffusion/samplers';
import { pndmSchedule } from '../../../workers/diffusion/schedule';
import { fromRoot } from '../../root';

type Ends = number[] | { length: number; first: number[]; last: number[] };
type Outcome = { timesteps: Ends; sigmas: Ends; finalSigma: number; initialSigma: number } | { fails: string };
type Case = { scheduler: keyof typeof samplers; config: string; steps: number } & Outcome;

/** Where diffusers goes on: more steps than timesteps, and timestep -1, which PNDM and DDIM read as the last one. */
const senseless = (expected: Case, config: SchedulerConfig): boolean =>
  expected.steps > config.numTrainTimesteps || (expected.scheduler !== 'euler' && lowest(expected) < 0);

const lowest = (expected: Case): number => {
  if ('fails' in expected) return 0;
  return Math.min(...(Array.isArray(expected.timesteps) ? expected.timesteps : expected.timesteps.last));
};

const vectors: { configs: Record<string, SchedulerConfig>; alphasCumprodEvery27th: number[]; cases: Case[] } =
  JSON.parse(readFileSync(fromRoot('spec/vectors/schedules.json'), 'utf8'));

test('alphasCumprod is what diffusers has, to the last bit of float32', () => {
  const every27th = alphasCumprod(vectors.configs['SD 1.5']!).filter((_, t) => t % 27 === 0);
  assert.equal([...every27th], vectors.alphasCumprodEvery27th);
});

for (const name of ['pndm', 'ddim', 'euler'] as const) {
  test(`${name}: timesteps and sigmas are diffusers' for 1 to 1,000 steps of every spacing`, () => {
    for (const expected of vectors.cases.filter(({ scheduler }) => scheduler === name)) {
      const { config, steps } = expected;
      const make = () => samplers[name].schedule(vectors.configs[config]!, steps);
      const label = `${name}, ${config}, ${steps} steps`;
      if ('fails' in expected || senseless(expected, vectors.configs[config]!)) {
        assert.throws(
          make,
          (error: unknown) => error instanceof DiffusionError && error.code === 'bad-argument',
          label,
        );
        continue;
      }
      const { points, finalSigma, initialSigma } = make();
      same(
        points.map(({ timestep }) => timestep),
        expected.timesteps,
        0,
        `${label}: timesteps`,
      );
      // float32 sigmas of diffusers against float64 ones.
      same(
        points.map(({ sigma, from }) => from ?? sigma),
        expected.sigmas,
        1e-6,
        `${label}: sigmas`,
      );
      same([finalSigma, initialSigma], [expected.finalSigma, expected.initialSigma], 1e-6, `${label}: ends`);
    }
  });
}

test('n steps of pndm are n + 1 evaluations, and one step is one', () => {
  const evaluations = [1, 2, 3, 20].map((steps) => pndmSchedule(vectors.configs['SD 1.5']!, steps).points.length);
  assert.equal(evaluations, [1, 3, 4, 21]);
});

test('where the spacing is leading, each step starts where the one before it arrived', () => {
  for (const { points } of [samplers.ddim, samplers.pndm].map((s) => s.schedule(vectors.configs['SD 1.5']!, 20))) {
    // PNDM's second evaluation starts over from the first point.
    points.forEach(({ sigma, from }, i) => {
      assert.is(from, points[2]!.timestep === points[1]!.timestep && i === 1 ? points[0]!.sigma : sigma);
    });
  }
});

test('steps that are no count, and the Runge-Kutta start of PNDM, are refused in words', () => {
  const config = vectors.configs['SD 1.5']!;
  for (const steps of [0, -1, 2.5, Number.NaN, 1001]) {
    assert.throws(() => pndmSchedule(config, steps), /^bad-argument: steps: expected an integer from 1 to 1000, got /);
  }
  assert.throws(
    () => pndmSchedule(config, 1000),
    /steps whose timesteps lie in 0 to 999, got 1000, with timestep 1000$/,
  );
  assert.throws(() => pndmSchedule({ ...config, skipPrkSteps: false }, 20), /^unsupported-model: .*skip_prk_steps/);
});

test('zero terminal SNR is refused where diffusers does not know of it, and where the network predicts noise from noise', () => {
  const config = { ...vectors.configs.trailing!, rescaleBetasZeroSnr: true, predictionType: 'v_prediction' as const };
  for (const name of ['pndm', 'heun', 'lms', 'dpm2', 'dpm2_a', 'dpmpp_sde', 'deis'] as const) {
    const message = `unsupported-model: scheduler/scheduler_config.json: rescale_betas_zero_snr: expected false for ${name} `;
    assert.throws(
      () => samplers[name].schedule(config, 20),
      (error: unknown) => error instanceof DiffusionError && error.message.startsWith(message),
      name,
    );
  }
  for (const name of ['ddim', 'ddpm', 'lcm', 'tcd'] as const) {
    assert.ok(samplers[name].schedule(config, 20).points[0]!.sigma > 1e9, name);
    const noisy = () => samplers[name].schedule({ ...config, predictionType: 'epsilon' }, 20);
    assert.throws(noisy, /^unsupported-model: .*prediction_type: expected v_prediction where .* got epsilon$/, name);
  }
});

test('so many steps that a timestep comes twice are refused where the step between would be divided by', () => {
  for (const [config, steps] of [
    ['SD 1.5', 1000],
    ['leading named', 1000],
    ['leading named', 999],
    ['leading named', 998],
  ] as const) {
    const make = () => samplers.dpmpp_2m.schedule(vectors.configs[config]!, steps);
    if (steps === 998) assert.is(make().points.length, 998);
    else
      assert.throws(
        make,
        /^bad-argument: steps: expected a number of steps whose timesteps differ, got \d+, with \d+ twice$/,
      );
  }
});

test('models of few steps have their timesteps among the 50 they were distilled on, and no more steps than those', () => {
  const config = vectors.configs['SD 1.5']!;
  const told = (steps: number) => samplers.lcm.schedule(config, steps).points.map(({ timestep }) => timestep);
  // Luo et al. 2023: of 19, 39 … 999, evenly from the last.
  assert.equal(told(4), [999, 759, 499, 259]);
  assert.ok(told(50).every((timestep) => timestep % 20 === 19));
  for (const name of ['lcm', 'tcd'] as const) {
    assert.throws(() => samplers[name].schedule(config, 51), /^bad-argument: steps: .* from 1 to 50, got 51$/);
  }
});

function same(actual: readonly number[], expected: Ends, relative: number, label: string): void {
  if (!Array.isArray(expected)) {
    assert.is(actual.length, expected.length, label);
    same(actual.slice(0, expected.first.length), expected.first, relative, label);
    same(actual.slice(-expected.last.length), expected.last, relative, label);
    return;
  }
  assert.is(actual.length, expected.length, `${label}: length`);
  expected.forEach((value, i) => {
    // Nine digits are stored of timesteps that are not whole.
    const error = Math.abs(actual[i]! - value);
    assert.ok(error <= Math.max(relative, 1e-8) * Math.abs(value), `${label}[${i}]: ${actual[i]} is not ${value}`);
  });
}

test('timesteps that a schedule would pick itself, given, are the same schedule', () => {
  const config = vectors.configs['SD 1.5']!;
  for (const name of ['ddpm', 'euler', 'heun', 'dpmpp_2m', 'dpmpp_2m_sde', 'dpmpp_3m_sde', 'lcm', 'tcd'] as const)
    for (const [steps, skip] of [
      [1, 0],
      [5, 0],
      [8, 3],
    ] as const) {
      // leading, so that all are integers.
      const spaced = { ...config, timestepSpacing: 'leading' as const };
      const { timestepAt: _, ...own } = samplers[name].schedule(spaced, steps, { skip });
      const timesteps = samplers[name].schedule(spaced, steps).points.map(({ timestep }) => timestep);
      const { timestepAt: __, ...given } = samplers[name].schedule(spaced, steps, { skip, timesteps });
      assert.equal(given, own, `${name}, ${steps} steps`);
    }
});

test('other timesteps, given, are those that are visited', () => {
  for (const name of ['ddpm', 'euler', 'heun', 'dpmpp_2m', 'dpmpp_2m_sde', 'dpmpp_3m_sde', 'lcm', 'tcd'] as const) {
    const timesteps = [900, 510, 120];
    const { points } = samplers[name].schedule(vectors.configs['SD 1.5']!, 3, { timesteps });
    assert.equal(
      points.map(({ timestep }) => timestep),
      timesteps,
      name,
    );
  }
});

test('a single step from timestep 800 starts with its noise', () => {
  const alphas = alphasCumprod(vectors.configs['SD 1.5']!);
  const sigma = Math.sqrt((1 - alphas[800]!) / alphas[800]!);
  for (const name of ['lcm', 'tcd'] as const) {
    const { points, initialSigma } = samplers[name].schedule(vectors.configs['SD 1.5']!, 1, { timesteps: [800] });
    assert.equal(
      points.map(({ timestep }) => timestep),
      [800],
    );
    assert.ok(Math.abs(points[0]!.sigma - sigma) < 1e-6);
    assert.ok(Math.abs(initialSigma - Math.hypot(sigma, 1)) < 1e-6);
  }
});

test.run();
