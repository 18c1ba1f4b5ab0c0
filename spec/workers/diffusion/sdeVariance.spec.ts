/**
 * The law of samplers that add noise: for data with the normal distribution N(m, s²) and its perfect denoiser, x at σ has the
 * variance s² + σ², whatever fresh noise came in between. All is linear then, so the variance needs no dice: it is
 * the sum of squares of what each source of noise, alone and of size 1, leaves at the end.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Latents } from '../../../workers/diffusion/latents';
import type { Sampler, Schedule } from '../../../workers/diffusion/sampler';
import { ancestral } from '../../../workers/diffusion/samplers/ancestral';
import { tcd } from '../../../workers/diffusion/samplers/consistency';
import { dpm2 } from '../../../workers/diffusion/samplers/dpm2';
import { dpmpp2mSde, dpmpp3mSde } from '../../../workers/diffusion/samplers/dpmppMultistepSde';
import { dpmppSde } from '../../../workers/diffusion/samplers/dpmppSde';

const FIRST = 5;
const LAST = 0.5;

type Path = readonly [from: number, to: number];
interface Trial {
  readonly sampler: Sampler;
  readonly eta: number;
  /** Of the data. */
  readonly deviation: number;
}

const one = (value: number): Latents => ({ shape: [1, 1, 1, 1], data: Float32Array.of(value) });

function scheduleOf(steps: number, eta: number): Schedule {
  const sigmas = Array.from({ length: steps + 1 }, (_, i) => FIRST * (LAST / FIRST) ** (i / steps));
  const points = sigmas.slice(0, -1).map((sigma, i) => ({
    ...{ sigma, timestep: 0 },
    // TCD: a part of the noise below the next level's is taken out as well.
    down: sigmas[i + 1]! * Math.sqrt(1 - (eta / 2) ** 2),
  }));
  return { points, finalSigma: sigmas.at(-1)!, initialSigma: 1, eta };
}

/** What is left of `start` and of the noise that `noise` gives, for data of mean 0. */
function end({ sampler, deviation }: Trial, start: number, schedule: Schedule, noise: (path?: Path) => number): number {
  const sampling = sampler(one(start), schedule);
  let turn = sampling.next();
  while (!turn.done) {
    const ask = turn.value;
    if (ask.type === 'arrived') {
      turn = sampling.next(ask.x);
      continue;
    }
    const shrink = ask.type === 'denoise' ? deviation ** 2 / (deviation ** 2 + ask.sigma ** 2) : 0;
    turn = sampling.next(one(ask.type === 'denoise' ? ask.x.data[0]! * shrink : noise(ask.path)));
  }
  return turn.value.data[0]!;
}

/** Of the exact variance, the part by which the sampler's is off. */
function varianceError(trial: Trial, steps: number): number {
  const { eta, deviation } = trial;
  const schedule = scheduleOf(steps, eta);
  const levels = new Set<number>();
  let asked = 0;
  end(trial, 0, schedule, (path) => {
    for (const level of path ?? []) levels.add(level);
    asked++;
    return 0;
  });
  const fromStart = end(trial, 1, schedule, () => 0) ** 2 * (deviation ** 2 + FIRST ** 2);
  const sources = levels.size > 0 ? piecesOf([...levels].sort((a, b) => b - a)) : onesOf(asked);
  const variance = sources.reduce((sum, noise) => sum + end(trial, 0, schedule, noise()) ** 2, fromStart);
  return Math.abs(variance / (deviation ** 2 + LAST ** 2) - 1);
}

type Source = () => (path?: Path) => number;

/** The k-th answer is 1, all others 0. */
const onesOf = (count: number): Source[] =>
  Array.from({ length: count }, (_, k) => () => {
    let answers = 0;
    return () => (answers++ === k ? 1 : 0);
  });

/** A path that moves between two neighboring levels only, by the root of their distance. */
const piecesOf = (levels: readonly number[]): Source[] =>
  levels.slice(1).map((low, k) => () => (path) => {
    const [from, to] = path!;
    const length = levels[k]! - low;
    return from >= levels[k]! && to <= low ? Math.sqrt(length / (from - to)) : 0;
  });

const NOISY = {
  'euler_a and ddpm': { sampler: ancestral, eta: 1 },
  'ddim with eta 0.5': { sampler: ancestral, eta: 0.5 },
  tcd: { sampler: tcd, eta: 1 },
  dpm2_a: { sampler: dpm2, eta: 1 },
  dpmpp_sde: { sampler: dpmppSde, eta: 1 },
  dpmpp_2m_sde: { sampler: dpmpp2mSde, eta: 1 },
  dpmpp_3m_sde: { sampler: dpmpp3mSde, eta: 1 },
};

for (const [name, each] of Object.entries(NOISY)) {
  test(`${name}: of data that is one point only noise is left, of the last level, after any number of steps`, () => {
    for (const steps of [1, 2, 3, 5, 9]) {
      const error = varianceError({ ...each, deviation: 0 }, steps);
      assert.ok(error < 1e-6, `${steps} steps: ${error}`);
    }
  });
}

test("the data's variance is reached with the sampler's order as steps grow finer", () => {
  for (const [name, order, steps] of [
    ['euler_a and ddpm', 1, 80],
    ['ddim with eta 0.5', 1, 80],
    ['dpm2_a', 2, 40],
    ['dpmpp_sde', 2, 40],
    ['dpmpp_2m_sde', 2, 40],
    // diffusers' sign in the third-order term leaves it 1: see the sampler.
    ['dpmpp_3m_sde', 1, 80],
  ] as const) {
    const error = (count: number): number => varianceError({ ...NOISY[name], deviation: 0.3 }, count);
    const measured = Math.log2(error(steps) / error(2 * steps));
    assert.ok(Math.abs(measured - order) < 0.05, `${name}: ${measured}, not ${order}`);
  }
});

test.run();
