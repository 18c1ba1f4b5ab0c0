/**
 * Laws of v-prediction. For data with the normal distribution N(m, s²) the noise and the v in a sample are known, so a
 * network that predicts the one and a network that predicts the other are the same denoiser.
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PredictionType, SchedulerConfig } from '../../../models/sd15';
import { alphasCumprod, sigmaOf } from '../../../workers/diffusion/alphas';
import { denoiserOf, modelSample, type Predict } from '../../../workers/diffusion/denoiser';
import type { Latents } from '../../../workers/diffusion/latents';
import { samplers } from '../../../workers/diffusion/samplers';
import { drive, initialX } from '../../../workers/diffusion/sampling';
import { fromRoot } from '../../root';
import { ended } from './ended';

type Name = keyof typeof samplers;
const MEAN = 0.7;
const VARIANCE = 1.3 ** 2;
const configs: Record<string, SchedulerConfig> = JSON.parse(
  readFileSync(fromRoot('spec/vectors/schedules.json'), 'utf8'),
).configs;
const CONFIG = configs['SD 1.5']!;
const NOISE: Latents = { shape: [1, 1, 1, 5], data: Float32Array.of(-1.7, -0.4, 0.1, 0.9, 2.2) };

/** The perfect network: `D(x, σ) = m + (x - m) s² / (s² + σ²)`, told as noise or as v of the sample z = x / √(σ² + 1). */
const perfect =
  (type: PredictionType, sigmaAt: (timestep: number) => number): Predict =>
  async ({ shape, data }, timestep) => {
    const sigma = sigmaAt(timestep);
    const total = Math.hypot(sigma, 1);
    return {
      shape,
      data: data.map((z) => {
        const x = z * total;
        const x0 = MEAN + ((x - MEAN) * VARIANCE) / (VARIANCE + sigma ** 2);
        const noise = (x - x0) / sigma;
        return type === 'epsilon' ? noise : (noise - sigma * x0) / total;
      }),
    };
  };

async function drawn(name: Name, type: PredictionType, steps: number): Promise<Float32Array> {
  const schedule = samplers[name].schedule({ ...CONFIG, predictionType: type }, steps);
  const alphas = alphasCumprod(CONFIG);
  // Euler's timesteps are fractions; its sigmas are interpolated between the whole ones.
  const sigmaAt = (timestep: number): number => {
    const low = Math.floor(timestep);
    const at = (t: number) => sigmaOf(alphas[Math.min(t, alphas.length - 1)]!);
    return at(low) + (timestep - low) * (at(low + 1) - at(low));
  };
  const answers = { denoise: denoiserOf(type, perfect(type, sigmaAt)), noise: () => NOISE };
  const sampling = samplers[name].sampler(initialX(NOISE, schedule), schedule);
  const x = await ended(drive(sampling, answers, new AbortController().signal));
  return modelSample(x, schedule.finalSigma).data;
}

const difference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

for (const name of ['euler', 'ddim'] as const) {
  test(`${name} takes the same path whether the perfect network tells the noise or v`, async () => {
    for (const steps of [1, 3, 20]) {
      const apart = difference(await drawn(name, 'epsilon', steps), await drawn(name, 'v_prediction', steps));
      // float32 x of up to 30 loses 2e-6 in each conversion.
      assert.ok(apart < 2e-5, `${steps} steps: ${apart}`);
    }
  });
}

test("pndm's two paths, of mixed noises and of mixed v's, part by less and less as steps grow finer", async () => {
  const apart = async (steps: number): Promise<number> =>
    difference(await drawn('pndm', 'epsilon', steps), await drawn('pndm', 'v_prediction', steps));
  const [coarse, fine] = [await apart(25), await apart(100)];
  assert.ok(coarse > 1e-4, `${coarse}: they do differ`);
  // Order 1: a quarter of the step, a quarter of the difference, give or take what is of higher order.
  assert.ok(fine < coarse / 3, `${coarse} at 25 steps, ${fine} at 100`);
});

test.run();
