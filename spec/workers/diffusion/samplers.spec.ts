import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PredictionType, SchedulerConfig } from '../../../models/sd15';
import { denoiserOf, modelSample } from '../../../workers/diffusion/denoiser';
import type { Latents } from '../../../workers/diffusion/latents';
import { TorchGenerator } from '../../../workers/diffusion/random';
import { samplers } from '../../../workers/diffusion/samplers';
import { drive, initialX } from '../../../workers/diffusion/sampling';
import { fromRoot } from '../../root';
import { ended } from './ended';
import { standIn } from './standIn';

type Name = keyof typeof samplers;
interface Case {
  scheduler: Name;
  config: string;
  steps: number;
  seed: number;
  shape: [number, number, number, number];
  latents: number[];
}

const read = (name: string) => JSON.parse(readFileSync(fromRoot(`spec/vectors/${name}.json`), 'utf8'));
const configs: Record<string, SchedulerConfig> = read('schedules').configs;

const VECTORS: Record<PredictionType, Case[]> = { epsilon: read('samplers'), v_prediction: read('v-samplers') };

for (const [name, predictionType] of (['pndm', 'ddim', 'euler'] as Name[]).flatMap((name) =>
  (Object.keys(VECTORS) as PredictionType[]).map((type) => [name, type] as const),
)) {
  test(`${name}, ${predictionType}: draws what diffusers' own steps draw, within 1e-5 of its largest latent`, async () => {
    const cases = VECTORS[predictionType].filter(({ scheduler }) => scheduler === name);
    assert.ok(cases.length >= 20, `${cases.length} cases`);
    for (const { config, steps, seed, shape, latents } of cases) {
      const schedule = samplers[name].schedule({ ...configs[config]!, predictionType }, steps);
      const noise: Latents = { shape, data: new TorchGenerator(seed).randn(latents.length) };
      const answers = { denoise: denoiserOf(predictionType, standIn), noise: () => noise };
      const sampling = samplers[name].sampler(initialX(noise, schedule), schedule);
      const x = await ended(drive(sampling, answers, new AbortController().signal));
      const drawn = modelSample(x, schedule.finalSigma).data;
      const largest = Math.max(...latents.map(Math.abs));
      const error = Math.max(...latents.map((value, i) => Math.abs(value - drawn[i]!))) / largest;
      assert.ok(error < 1e-5, `${name}, ${config}, ${steps} steps: relative error ${error}`);
    }
  });
}

test.run();
