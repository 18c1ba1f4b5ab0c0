/**
 * Laws of the samplers of distilled models. What these are distilled to say of data with the normal distribution N(0, s²) is where its
 * own path leads: from x at σ to `x √((s² + τ²) / (s² + σ²))` at τ. Then the variance is right after any number of steps, whatever
 * fresh noise came in between: s² + τ² at every level τ.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SchedulerConfig } from '../../../models/sd15';
import { lcmSchedule, tcdSchedule } from '../../../workers/diffusion/consistencySchedule';
import type { Latents } from '../../../workers/diffusion/latents';
import type { Sampler, Schedule } from '../../../workers/diffusion/sampler';
import { lcm, tcd } from '../../../workers/diffusion/samplers/consistency';
import { euler } from '../../../workers/diffusion/samplers/euler';

const SD15: SchedulerConfig = {
  ...{ numTrainTimesteps: 1000, betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear' },
  ...{ predictionType: 'epsilon', stepsOffset: 1 },
};
const one = (value: number): Latents => ({ shape: [1, 1, 1, 1], data: Float32Array.of(value) });

/** The answer to `denoise` of which Euler's step from `sigma` to `to` makes what `lands` says. */
const answerFor = (x: number, sigma: number, to: number, lands: number): number =>
  (lands - (to / sigma) * x) / (1 - to / sigma);

interface Run {
  readonly end: number;
  /** Noises asked for. */
  readonly asked: number;
}

/** From `start`; the `k`-th noise is 1, all others 0. */
function run(
  sampler: Sampler,
  schedule: Schedule,
  start: number,
  k: number,
  denoise: (x: number, at: number) => number,
): Run {
  const steps = sampler(one(start), schedule);
  let [turn, asked, calls] = [steps.next(), 0, 0];
  while (!turn.done) {
    const ask = turn.value;
    if (ask.type === 'arrived') turn = steps.next(ask.x);
    else if (ask.type === 'noise') turn = steps.next(one(asked++ === k ? 1 : 0));
    else turn = steps.next(one(denoise(ask.x.data[0]!, calls++)));
  }
  return { end: turn.value.data[0]!, asked };
}

/** All is linear: of the start and of each noise what is left at the end, squared and summed up. */
function variance(sampler: Sampler, schedule: Schedule, deviation: number, denoise: (x: number, at: number) => number) {
  const { end, asked } = run(sampler, schedule, 1, -1, denoise);
  const noises = Array.from({ length: asked }, (_, k) => run(sampler, schedule, 0, k, denoise).end ** 2);
  const started = deviation ** 2 + schedule.points[0]!.sigma ** 2;
  return { asked, value: noises.reduce((sum, each) => sum + each, end ** 2 * started) };
}

const along = (deviation: number, from: number, to: number): number =>
  Math.sqrt((deviation ** 2 + to ** 2) / (deviation ** 2 + from ** 2));

test('lcm: of a distilled model the data’s own variance is reached after any number of steps', () => {
  for (const steps of [1, 2, 4, 8])
    for (const deviation of [0.3, 1.3]) {
      const schedule = lcmSchedule(SD15, steps);
      const denoise = (x: number, at: number) => x * along(deviation, schedule.points[at]!.sigma, 0);
      const { asked, value } = variance(lcm, schedule, deviation, denoise);
      assert.is(asked, steps - 1);
      // float32, and the boundary condition's part of x: (0.5 / 10 / timestep)² of some ten times the deviation.
      assert.ok(Math.abs(value / deviation ** 2 - 1) < 1e-4, `${steps} steps, ${deviation}: ${value}`);
    }
});

test('lcm: at timestep 0 the sample is its own answer, whatever the network says', () => {
  const schedule: Schedule = { points: [{ sigma: 0.03, timestep: 0 }], finalSigma: 0, initialSigma: 1 };
  // As the model's sample: x / √(σ² + 1).
  const { end } = run(lcm, schedule, 2, -1, () => 1000);
  assert.ok(Math.abs(end - 2 / Math.hypot(0.03, 1)) < 1e-6, String(end));
});

test('tcd: of a distilled model the data’s own variance is reached after any number of steps, with any noise', () => {
  for (const steps of [1, 2, 4, 8])
    for (const eta of [0, 0.3, 0.7, 1])
      for (const deviation of [0, 0.3, 1.3]) {
        const schedule = tcdSchedule(SD15, steps, { eta });
        const denoise = (x: number, at: number) => {
          const { sigma, down } = schedule.points[at]!;
          return answerFor(x, sigma, down!, x * along(deviation, sigma, down!));
        };
        const { asked, value } = variance(tcd, schedule, deviation, denoise);
        // The last step goes to timestep 0, and down to it.
        assert.is(asked, eta === 0 ? 0 : steps - 1, `${steps} steps, eta ${eta}`);
        const exact = deviation ** 2 + schedule.finalSigma ** 2;
        assert.ok(
          Math.abs(value / exact - 1) < 1e-4,
          `${steps} steps, eta ${eta}, ${deviation}: ${value}, not ${exact}`,
        );
      }
});

test('tcd with eta 0 is Euler’s method, to the last bit, and so of order 1', () => {
  for (const steps of [1, 4, 9]) {
    const { points, ...rest } = tcdSchedule(SD15, steps, { eta: 0 });
    const plain = { ...rest, points: points.map(({ sigma, timestep }) => ({ sigma, timestep })) };
    // Something that is neither linear nor the same at two levels.
    const denoise = (x: number, at: number) => Math.sin(x + at);
    const [ours, eulers] = [tcd, euler].map((sampler, i) =>
      run(sampler, i === 0 ? { points, ...rest } : plain, 9, -1, denoise),
    );
    assert.is(ours!.end, eulers!.end, `${steps} steps`);
    assert.is(ours!.asked, 0);
  }
  const [first, last, mean, deviation] = [5, 0.5, 0.7, 1.3];
  const error = (steps: number): number => {
    const sigmas = Array.from({ length: steps + 1 }, (_, i) => first * (last / first) ** (i / steps));
    const points = sigmas.slice(0, -1).map((sigma, i) => ({ sigma, timestep: 0, down: sigmas[i + 1]! }));
    const schedule = { points, finalSigma: last, initialSigma: 1, eta: 0 };
    const shrink = (at: number) => deviation ** 2 / (deviation ** 2 + sigmas[at]! ** 2);
    const { end } = run(tcd, schedule, 4, -1, (x, at) => mean + (x - mean) * shrink(at));
    return Math.abs(end - (mean + (4 - mean) * along(deviation, first, last)));
  };
  const order = Math.log2(error(160) / error(320));
  assert.ok(Math.abs(order - 1) < 0.03, String(order));
});

test.run();
