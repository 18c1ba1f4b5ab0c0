/**
 * Laws that need no stored numbers. For data with the normal distribution N(m, s²) the perfect denoiser is
 * `D(x, σ) = m + (x - m) s² / (s² + σ²)`, and the ODE's solution is `x(σ) = m + (x₀ - m) √((s² + σ²) / (s² + σ₀²))`.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Latents } from '../../../workers/diffusion/latents';
import type { Sampler, Schedule } from '../../../workers/diffusion/sampler';
import { ddim } from '../../../workers/diffusion/samplers/ddim';
import { deis } from '../../../workers/diffusion/samplers/deis';
import { dpm2 } from '../../../workers/diffusion/samplers/dpm2';
import { dpmpp2m } from '../../../workers/diffusion/samplers/dpmpp2m';
import { euler } from '../../../workers/diffusion/samplers/euler';
import { heun } from '../../../workers/diffusion/samplers/heun';
import { lms } from '../../../workers/diffusion/samplers/lms';
import { pndm } from '../../../workers/diffusion/samplers/pndm';
import { unipc } from '../../../workers/diffusion/samplers/unipc';

const MEAN = 0.7;
const DEVIATION = 1.3;
const FIRST = 5;
const LAST = 0.5;

const one = (value: number): Latents => ({ shape: [1, 1, 1, 1], data: Float32Array.of(value) });

type Grid = (steps: number) => number[];
const evenly: Grid = (steps) => Array.from({ length: steps + 1 }, (_, i) => FIRST + ((LAST - FIRST) * i) / steps);
const geometrically: Grid = (steps) =>
  Array.from({ length: steps + 1 }, (_, i) => FIRST * (LAST / FIRST) ** (i / steps));

/** A schedule over `sigmas`; `twice`: the second is visited twice, as PNDM wants it. */
function scheduleOver(sigmas: readonly number[], twice: boolean): Schedule {
  const visited = sigmas.slice(0, -1);
  if (twice) visited.splice(1, 0, visited[1]!);
  const points = visited.map((sigma) => ({ sigma, timestep: 0 }));
  return { points, finalSigma: sigmas.at(-1)!, initialSigma: 1 };
}

/** Every x that the sampler asks about, and the one it ends with. */
function run(sampler: Sampler, start: number, schedule: Schedule, denoise: (x: number, sigma: number) => number) {
  const visited: number[] = [];
  const steps = sampler(one(start), schedule);
  let turn = steps.next();
  while (!turn.done) {
    const ask = turn.value;
    if (ask.type === 'arrived') {
      turn = steps.next(ask.x);
      continue;
    }
    if (ask.type !== 'denoise') throw new Error('no noise in a deterministic sampler');
    visited.push(ask.x.data[0]!);
    turn = steps.next(one(denoise(ask.x.data[0]!, ask.sigma)));
  }
  return [...visited, turn.value.data[0]!];
}

function errorAtEnd(sampler: Sampler, grid: Grid, steps: number, deviation = DEVIATION): number {
  const variance = deviation ** 2;
  const start = 4;
  const exact = MEAN + (start - MEAN) * Math.sqrt((variance + LAST ** 2) / (variance + FIRST ** 2));
  const denoise = (x: number, sigma: number) => MEAN + ((x - MEAN) * variance) / (variance + sigma ** 2);
  return Math.abs(run(sampler, start, scheduleOver(grid(steps), sampler === pndm), denoise).at(-1)! - exact);
}

/** The power of the step size with which the error falls when there are twice as many steps. */
const order = (sampler: Sampler, grid: Grid, steps: number, deviation = DEVIATION): number =>
  Math.log2(errorAtEnd(sampler, grid, steps, deviation) / errorAtEnd(sampler, grid, 2 * steps, deviation));

test('euler and ddim converge with order 1', () => {
  for (const sampler of [euler, ddim]) {
    for (const grid of [evenly, geometrically]) {
      const measured = order(sampler, grid, 160);
      assert.ok(Math.abs(measured - 1) < 0.03, `${measured}`);
    }
  }
});

test('pndm converges with order 2, its multistep weights being those of even steps, and 3 where steps are even', () => {
  // The start limits it to 3: Heun's one step and Adams-Bashforth 2's one step err by h³ each.
  const uneven = order(pndm, geometrically, 80);
  const even = order(pndm, evenly, 40);
  assert.ok(uneven > 1.9, `geometric sigmas: ${uneven}`);
  assert.ok(even > 2.8, `even sigmas: ${even}`);
});

test('pndm integrates polynomials exactly: degree 1 from the start, 2 from the third step, 3 from the fourth', () => {
  const sigmas = evenly(12);
  // Asks: σ0, σ1 (provisional), σ1, σ2, …, so visited[k] is x at sigmas[k - 1] from k = 2 on.
  for (const [degree, from] of [
    [0, 1],
    [1, 1],
    [2, 3],
    [3, 4],
  ] as const) {
    const visited = run(pndm, 0, scheduleOver(sigmas, true), (x, sigma) => x - sigma * sigma ** degree);
    const at = (step: number): number => (step === 0 ? visited[0]! : visited[step + 1]!);
    for (let step = from; step <= 12; step++) {
      const integral = (sigmas[step]! ** (degree + 1) - sigmas[step - 1]! ** (degree + 1)) / (degree + 1);
      const moved = at(step) - at(step - 1);
      // float32 x of up to 5⁴ / 4 rounds by 1e-5; the smallest wrong weight, 9 / 24, moves it by hundreds of times that.
      assert.ok(Math.abs(moved - integral) < 1e-4, `degree ${degree}, step ${step}: ${moved}, not ${integral}`);
    }
  }
});

test('samplers of higher order converge with theirs, for wide data and narrow, on even sigmas and geometric ones', () => {
  // Of the widths and step counts tried these are where no two errors cancel and float32 has digits to spare.
  for (const [name, sampler, expected, grid, deviation, steps] of [
    ['heun', heun, 2, evenly, 3, 40],
    ['heun', heun, 2, geometrically, 2, 40],
    ['dpm2', dpm2, 2, evenly, 2, 40],
    ['dpm2', dpm2, 2, geometrically, 2, 40],
    ['dpmpp_2m', dpmpp2m, 2, evenly, 3, 40],
    ['dpmpp_2m', dpmpp2m, 2, geometrically, 0.3, 40],
    ['deis', deis, 2, evenly, 3, 80],
    ['deis', deis, 2, geometrically, 2, 40],
    // Order 4, held back by its first step, Euler's, whose error is one step's square.
    ['lms', lms, 2, evenly, 3, 40],
    ['lms', lms, 2, geometrically, 3, 80],
    // The corrector adds one to the predictor's 2.
    ['unipc', unipc, 3, evenly, 3, 80],
    ['unipc', unipc, 3, geometrically, 3, 20],
  ] as const) {
    const measured = order(sampler, grid, steps, deviation);
    assert.ok(Math.abs(measured - expected) < 0.1, `${name}, ${grid.name}: ${measured}, not ${expected}`);
  }
});

test('lms integrates polynomials up to degree 3 exactly on uneven sigmas, each from when its history allows', () => {
  const sigmas = geometrically(12);
  for (const degree of [0, 1, 2, 3]) {
    const visited = run(lms, 0, scheduleOver(sigmas, false), (x, sigma) => x - sigma * sigma ** degree);
    for (let step = degree + 1; step <= 12; step++) {
      const integral = (sigmas[step]! ** (degree + 1) - sigmas[step - 1]! ** (degree + 1)) / (degree + 1);
      const moved = visited[step]! - visited[step - 1]!;
      assert.ok(Math.abs(moved - integral) < 1e-4, `degree ${degree}, step ${step}: ${moved}, not ${integral}`);
    }
  }
});

test('one step of each sampler to sigma 0 is the denoised estimate itself', () => {
  for (const sampler of [euler, ddim, pndm, heun, dpm2, lms, dpmpp2m, unipc, deis]) {
    assert.is(
      run(sampler, 4, { points: [{ sigma: 8, timestep: 0 }], finalSigma: 0, initialSigma: 1 }, () => 0.25).at(-1),
      0.25,
    );
  }
});

test.run();
