/** Samplers that go from one noise level to the next, and the spacings of these, against k-diffusion. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrownianTree } from '../../../workers/diffusion/brownianTree';
import { denoiserOf } from '../../../workers/diffusion/denoiser';
import type { Latents } from '../../../workers/diffusion/latents';
import { TorchGenerator } from '../../../workers/diffusion/random';
import type { Schedule } from '../../../workers/diffusion/sampler';
import { samplers } from '../../../workers/diffusion/samplers';
import { drive, initialX } from '../../../workers/diffusion/sampling';
import { spacedSigmas, trainedSigmas } from '../../../workers/diffusion/sigmas';
import { fromRoot } from '../../root';
import { ended } from './ended';
import { standIn } from './standIn';

interface Case {
  readonly scheduler: keyof typeof samplers;
  readonly sigmas: 'karras' | 'exponential';
  readonly steps: number;
  readonly shape: Latents['shape'];
  /** From the largest to 0. */
  readonly levels: readonly number[];
  readonly x: readonly number[];
}
const cases: Case[] = JSON.parse(readFileSync(fromRoot('spec/vectors/k-diffusion.json'), 'utf8'));

/** The recipe's. */
const ENDS = { smallest: 0.03, largest: 14.6 };
const PATH_SEED = 5;
const TIMESTEPS_PER_SIGMA = 10;
const FRESH_SEED = 1000;

/**
 * Of a path, levels are rounded to millionths after float32 logarithms; dpm2_a asks at a level whose square is the difference of
 * two float32 squares, here of 14.6 and 0.03.
 */
const TOLERANCES: Partial<Record<Case['scheduler'], number>> = { dpmpp_sde: 1e-3, dpm2_a: 2e-4 };

test('karras and exponential levels are k-diffusion’s', () => {
  const untrained = trainedSigmas(new Float32Array(2));
  for (const { sigmas, steps, levels } of cases) {
    const ours = [...spacedSigmas(sigmas, steps, ENDS, untrained), 0];
    assert.is(ours.length, levels.length);
    levels.forEach((level, i) => {
      // float32 powers there.
      assert.ok(Math.abs(ours[i]! - level) <= 2e-6 * level, `${sigmas}, ${steps} steps: ${ours[i]}, not ${level}`);
    });
  }
});

for (const name of new Set(cases.map(({ scheduler }) => scheduler))) {
  test(`${name} ends where k-diffusion's ends`, async () => {
    for (const each of cases.filter(({ scheduler }) => scheduler === name)) {
      const drawn = await draw(each);
      const largest = Math.max(...each.x.map(Math.abs));
      const error = Math.max(...each.x.map((value, i) => Math.abs(value - drawn[i]!))) / largest;
      const tolerance = TOLERANCES[name] ?? 1e-5;
      assert.ok(error < tolerance, `${each.sigmas}, ${each.steps} steps: relative error ${error}`);
    }
  });
}

async function draw({ scheduler, steps, shape, levels, x }: Case): Promise<Float32Array> {
  const timestepAt = (sigma: number): number => TIMESTEPS_PER_SIGMA * sigma;
  const points = levels.slice(0, -1).map((sigma) => ({ sigma, timestep: timestepAt(sigma) }));
  const eta = scheduler.endsWith('_a') ? 1 : 0;
  const schedule: Schedule = { points, finalSigma: 0, initialSigma: levels[0]!, eta, timestepAt };
  const fresh = new TorchGenerator(steps + FRESH_SEED);
  const tree = new BrownianTree(PATH_SEED, Math.fround(ENDS.smallest), Math.fround(ENDS.largest), x.length);
  const noise = (path?: readonly [number, number]): Latents => ({
    shape,
    data: path ? tree.normals(...path) : fresh.randn(x.length),
  });
  const first = { shape, data: new TorchGenerator(steps).randn(x.length) };
  const answers = { denoise: denoiserOf('epsilon', standIn), noise };
  const sampling = samplers[scheduler].sampler(initialX(first, schedule), schedule);
  return (await ended(drive(sampling, answers, new AbortController().signal))).data;
}

test.run();
