/** From the middle of a schedule, and around what is known: each sampler against the loops of diffusers' pipelines. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SchedulerConfig } from '../../../models/sd15';
import { epsilonDenoiser, modelSample } from '../../../workers/diffusion/denoiser';
import { begunFrom, keeping, masked, skippedSteps } from '../../../workers/diffusion/known';
import type { Latents } from '../../../workers/diffusion/latents';
import { pictureNoise } from '../../../workers/diffusion/noise';
import { TorchGenerator } from '../../../workers/diffusion/random';
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
  readonly strength: number;
  readonly masked: boolean;
  readonly sigmas?: SigmaSpacing;
  readonly eta?: number;
  readonly latents: readonly number[];
}

const read = (name: string) => JSON.parse(readFileSync(fromRoot(`spec/vectors/${name}.json`), 'utf8'));
const cases: Case[] = read('image-samplers');
const configs: Record<string, SchedulerConfig> = read('schedules').configs;

const SHAPE = [1, 4, 2, 3] as const;
const MASK = Uint8Array.of(1, 0, 1, 0, 1, 1);
const { signal } = new AbortController();

/** As in kSamplers.spec.ts. */
const toleranceOf = (name: Name): number => (name === 'dpmpp_sde' ? 1e-3 : name === 'dpmpp_3m_sde' ? 3e-4 : 2e-5);

for (const name of Object.keys(samplers) as Name[]) {
  // diffusers' own is not begun anew there: see the recipe.
  if (name === 'lms') continue;
  test(`${name}: from the middle, with and without a mask, ends where diffusers' loop ends`, async () => {
    const own = cases.filter(({ scheduler }) => scheduler === name);
    assert.ok(own.length >= 8, `${own.length} cases`);
    for (const each of own) {
      const { latents, ...what } = each;
      const drawn = await draw(each);
      const largest = Math.max(...latents.map(Math.abs));
      const error = Math.max(...latents.map((value, i) => Math.abs(value - drawn[i]!))) / largest;
      assert.ok(error < toleranceOf(name), `${JSON.stringify(what)}: relative error ${error}`);
    }
  });
}

/** What is put back at one place is seen at others; as in the recipe. */
function mixing({ shape, data }: Latents, timestep: number) {
  const mixed = data.map((value, i) => value + 0.5 * data.at(i - 1)!);
  return standIn({ shape, data: mixed }, timestep);
}

async function draw(each: Case): Promise<Float32Array> {
  const { scheduler, config, steps, strength, sigmas, eta } = each;
  const { sampler, schedule: scheduleOf } = samplers[scheduler];
  const skip = skippedSteps(steps, strength);
  const options = { skip, ...(sigmas ? { sigmas } : {}), ...(eta === undefined ? {} : { eta }) };
  const schedule = scheduleOf(configs[config]!, steps, options);
  const batch = { index: 0, of: 1 };
  const { first, next } = pictureNoise({ source: 'torch', seed: steps, batch, shape: SHAPE }, schedule);
  const init: Latents = { shape: SHAPE, data: new TorchGenerator(1000 + steps).randn(24) };
  const known = { init, noise: first };
  const start = each.masked && strength === 1 ? initialX(first, schedule) : begunFrom(known, schedule);
  const denoise = epsilonDenoiser(mixing);
  const answers = { denoise, noise: next, ...(each.masked ? { arrived: keeping(known, MASK) } : {}) };
  const x = await ended(drive(sampler(start, schedule), answers, signal));
  const z = modelSample(x, schedule.finalSigma);
  return (each.masked ? masked(MASK, z, init) : z).data;
}

test('steps are left out as diffusers counts them, in floating point', () => {
  assert.equal(
    [
      [20, 0.6],
      [10, 0.29],
      [50, 0.58],
      [7, 1],
      [4, 0.2],
    ].map(([steps, strength]) => skippedSteps(steps!, strength!)),
    [8, 8, 22, 0, 4],
  );
});

test('lms begins anew in the middle: over a constant slope it arrives exactly', async () => {
  const schedule = samplers.lms.schedule(configs['SD 1.5']!, 20, { skip: 12 });
  const begin = schedule.points[0]!.sigma;
  const x = (value: number): Latents => ({ shape: [1, 1, 1, 1], data: Float32Array.of(value) });
  // x0 = 3 throughout, with a noise of 2 on it.
  const sampling = samplers.lms.sampler(x(3 + 2 * begin), schedule);
  const end = await ended(drive(sampling, { denoise: async () => x(3), noise: () => x(0) }, signal));
  assert.ok(Math.abs(end.data[0]! - 3) < 1e-5, `${end.data[0]}`);
  assert.is(schedule.points.length + schedule.skipped!.length, 20);
});

test.run();
