import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Latents } from '../../../workers/diffusion/latents';
import type { Sampler, Schedule } from '../../../workers/diffusion/sampler';
import { samplers } from '../../../workers/diffusion/samplers';
import { euler } from '../../../workers/diffusion/samplers/euler';
import { drive, initialX } from '../../../workers/diffusion/sampling';
import { ended } from './ended';

const latents = (value: number): Latents => ({ shape: [1, 1, 1, 2], data: Float32Array.of(value, -value) });
const schedule: Schedule = {
  points: [4, 3, 2, 1].map((sigma) => ({ sigma, timestep: 10 * sigma })),
  finalSigma: 0,
  initialSigma: 4,
};
const noNoise = (): Latents => {
  throw new Error('not asked for');
};

const noise = (): Latents => latents(0.25);
type Name = keyof typeof samplers;
/** Two evaluations a step, but for the last, which goes to 0. */
const TWICE: readonly Name[] = ['heun', 'dpm2', 'dpm2_a', 'dpmpp_sde'];

for (const name of Object.keys(samplers) as (keyof typeof samplers)[]) {
  test(`${name} stops before the next denoiser call once aborted`, async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let calls = 0;
    const denoise = async (x: Latents) => {
      calls += 1;
      if (calls === 2) controller.abort(reason);
      return x;
    };
    const sampling = samplers[name].sampler(latents(1), schedule);
    const thrown = await ended(drive(sampling, { denoise, noise }, controller.signal)).catch((error) => error);
    assert.is(thrown, reason);
    assert.is(calls, 2);
    assert.is(sampling.next(latents(0)).done, true, 'the generator is closed');
  });

  test(`${name} asks at each point of its schedule, in order, and tells when a step is over`, async () => {
    const asked: { sigma: number; timestep: number }[] = [];
    const denoise = async (x: Latents, sigma: number, timestep: number) => {
      asked.push({ sigma, timestep });
      return x;
    };
    const answers = { denoise, noise };
    const counted: number[] = [];
    const run = drive(samplers[name].sampler(latents(1), schedule), answers, new AbortController().signal);
    for await (const steps of run) counted.push(steps);
    const twice = TWICE.includes(name);
    assert.equal(twice ? asked.filter((_, i) => i % 2 === 0) : asked, schedule.points);
    // Of pndm's four points here the first two are one step.
    assert.equal(counted, twice ? [0, 1, 1, 2, 2, 3, 4] : name === 'pndm' ? [0, 1, 2, 3] : [1, 2, 3, 4]);
  });
}

test('a denoiser that fails is heard, and the sampler is closed', async () => {
  const sampling = euler(latents(1), schedule);
  const denoise = () => Promise.reject(new Error('lost device'));
  const driven = ended(drive(sampling, { denoise, noise: noNoise }, new AbortController().signal));
  assert.is(await driven.catch((error: Error) => error.message), 'lost device');
  assert.is(sampling.next(latents(0)).done, true);
});

test('a caller who walks away closes the sampler', async () => {
  const sampling = euler(latents(1), schedule);
  const run = drive(sampling, { denoise: async (x) => x, noise: noNoise }, new AbortController().signal);
  for await (const evaluations of run) if (evaluations === 2) break;
  assert.is(sampling.next(latents(0)).done, true);
});

test('a sampler that asks for noise is given it', async () => {
  const noisy: Sampler = function* () {
    return yield { type: 'noise' };
  };
  const answers = { denoise: async (x: Latents) => x, noise: () => latents(9) };
  assert.equal(await ended(drive(noisy(latents(1), schedule), answers, new AbortController().signal)), latents(9));
});

test('the initial x has the standard deviation of the schedule', () => {
  assert.equal(initialX(latents(0.5), schedule), latents(2));
});

test.run();
