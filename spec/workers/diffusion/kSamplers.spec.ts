/**
 * Every sampler against diffusers' own steps over one stand-in for the network: each spacing of sigmas, both
 * predictions, zero terminal SNR, step by step noise included. What the network was told is compared too.
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PredictionType, SchedulerConfig } from '../../../models/sd15';
import { denoiserOf, modelSample } from '../../../workers/diffusion/denoiser';
import { pictureNoise } from '../../../workers/diffusion/noise';
import { samplers } from '../../../workers/diffusion/samplers';
import { drive, initialX } from '../../../workers/diffusion/sampling';
import type { SigmaSpacing } from '../../../workers/diffusion/sigmas';
import { fromRoot } from '../../root';
import { ended } from './ended';
import { standIn } from './standIn';

type Name = keyof typeof samplers;
interface Case {
  readonly scheduler: Name;
  readonly config: string;
  readonly steps: number;
  readonly seed: number;
  readonly shape: [number, number, number, number];
  readonly sigmas?: SigmaSpacing;
  /** What the model's own config asks for. */
  readonly own?: 'karras' | 'exponential';
  readonly eta?: number;
  readonly predictionType?: PredictionType;
  readonly timesteps?: readonly number[];
  readonly latents: readonly number[];
}

const read = (name: string) => JSON.parse(readFileSync(fromRoot(`spec/vectors/${name}.json`), 'utf8'));
const { zeroSnr, cases: spacedCases }: { zeroSnr: SchedulerConfig; cases: Case[] } = read('k-samplers');
const all: readonly Case[] = [...spacedCases, ...read('own-spacings')];
const configs: Record<string, SchedulerConfig> = { ...read('schedules').configs, 'zero SNR': zeroSnr };

/**
 * Of the largest latent. diffusers computes in float32 what we do in float64, and torch's roots and logarithms are off by a
 * last bit now and then. That is seen most where sigmas of 4,096 (zero terminal SNR) or the squares of very different ones are
 * subtracted, in the third order's ill-conditioned term, and in the Brownian path, which rounds levels to millionths.
 */
const toleranceOf = ({ scheduler, config }: Case): number => {
  if (scheduler === 'dpmpp_sde') return 1e-3;
  if (scheduler === 'dpmpp_3m_sde') return 3e-4;
  return config === 'zero SNR' ? 2e-4 : 2e-5;
};

for (const name of Object.keys(samplers) as Name[]) {
  test(`${name}: tells the network what diffusers tells it, and ends where diffusers' steps end`, async () => {
    const cases = all.filter(({ scheduler }) => scheduler === name);
    assert.ok(cases.length >= 30, `${cases.length} cases`);
    for (const each of cases) {
      const { told, drawn } = await draw(each);
      const { scheduler, config, own, steps, sigmas, eta, predictionType, timesteps, latents } = each;
      const label = [scheduler, config, own, steps, sigmas, eta, predictionType]
        .filter((part) => part !== undefined)
        .join(', ');
      if (timesteps) {
        assert.is(told.length, timesteps.length, `${label}: calls`);
        timesteps.forEach((timestep, i) => {
          // float32 logarithms of sigma say where between two timesteps it lies; of a difference of squares, at dpm2_a.
          const tolerance = name === 'dpm2_a' ? 0.01 : 2e-4;
          assert.ok(Math.abs(told[i]! - timestep) < tolerance, `${label}: call ${i} at ${told[i]}, not ${timestep}`);
        });
      }
      const largest = Math.max(...latents.map(Math.abs));
      const error = Math.max(...latents.map((value, i) => Math.abs(value - drawn[i]!))) / largest;
      assert.ok(error < toleranceOf(each), `${label}: relative error ${error}`);
    }
  });
}

async function draw({ scheduler, config, own, steps, seed, shape, sigmas, eta, predictionType = 'epsilon' }: Case) {
  const { sampler, schedule: scheduleOf } = samplers[scheduler];
  const options = { ...(sigmas ? { sigmas } : {}), ...(eta === undefined ? {} : { eta }) };
  const schedule = scheduleOf(
    { ...configs[config]!, ...(own ? { sigmaSpacing: own } : {}), predictionType },
    steps,
    options,
  );
  const noise = pictureNoise({ source: 'torch', seed, batch: { index: 0, of: 1 }, shape }, schedule);
  const told: number[] = [];
  const network = denoiserOf(predictionType, (sample, timestep) => {
    told.push(timestep);
    return standIn(sample, timestep);
  });
  const answers = { denoise: network, noise: noise.next };
  const sampling = sampler(initialX(noise.first, schedule), schedule);
  const x = await ended(drive(sampling, answers, new AbortController().signal));
  return { told, drawn: modelSample(x, schedule.finalSigma).data };
}

test('levels that are asked for come before those of the model; timesteps are none with the model’s', () => {
  const config: SchedulerConfig = { ...configs['SD 1.5']!, sigmaSpacing: 'exponential' };
  const plain = configs['SD 1.5']!;
  for (const name of ['euler', 'dpmpp_2m'] as const) {
    const { schedule } = samplers[name];
    assert.equal(schedule(config, 5, { sigmas: 'karras' }).points, schedule(plain, 5, { sigmas: 'karras' }).points);
    assert.throws(
      () => schedule(config, 2, { timesteps: [900, 400] }),
      /bad-argument: timesteps: expected none with a model whose scheduler config asks for exponential levels/,
    );
  }
  assert.equal(samplers.ddim.schedule(config, 5).points, samplers.ddim.schedule(plain, 5).points);
});

test.run();
