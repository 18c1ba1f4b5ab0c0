/** How a picture is to be drawn out of noise, as it is typed. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../../workers/cli/arguments';
import { asFailure } from '../../../workers/errors';
import type { Recipe } from '../../../workers/pictureFile/recipe';

const refusal = (...args: string[]) => {
  try {
    parseArguments(args);
  } catch (thrown) {
    return asFailure(thrown).message;
  }
  return 'accepted';
};

test('how to sample arrives as well, and only what was given', () => {
  const words =
    'x --scheduler dpmpp_2m --sigmas karras --rng philox --subseed 3 --subseed-strength 0.5 --num-images 4 --only 0';
  const { request } = parseArguments(words.split(' '));
  const { scheduler, sigmas, rng, subseed, subseedStrength, only } = request;
  assert.equal([scheduler, sigmas, rng, subseed, subseedStrength, only], ['dpmpp_2m', 'karras', 'philox', 3, 0.5, 0]);
  assert.is(parseArguments(['x', '--scheduler', 'ddim', '--eta', '0']).request.eta, 0);
  for (const absent of ['sigmas', 'rng', 'eta', 'subseed', 'subseedStrength', 'only']) {
    assert.not.ok(Object.hasOwn(parseArguments(['x']).request, absent), absent);
  }
  assert.type(parseArguments(['x', '--subseed-strength', '0.2']).request.subseed, 'number');
});

test('a sampler and its sigmas may be one word', () => {
  for (const [word, scheduler, sigmas] of [
    ['dpmpp_2m_karras', 'dpmpp_2m', 'karras'],
    ['dpmpp_3m_sde_exponential', 'dpmpp_3m_sde', 'exponential'],
    ['euler_a_align_your_steps', 'euler_a', 'align_your_steps'],
  ] as const) {
    const { request } = parseArguments(['x', '--scheduler', word]);
    assert.equal([request.scheduler, request.sigmas], [scheduler, sigmas]);
  }
  assert.is(parseArguments(['x', '--scheduler', 'dpmpp_2m_karras', '--sigmas', 'karras']).request.sigmas, 'karras');
  const both = refusal('x', '--scheduler', 'dpmpp_2m_karras', '--sigmas', 'exponential');
  assert.is(both, 'bad-argument: --sigmas: expected karras, as in dpmpp_2m_karras, got exponential');
});

test('timesteps are as many steps, and go when another sampler or other steps are asked for', () => {
  const { steps, timesteps } = parseArguments(['x', '--scheduler', 'tcd', '--timesteps', '800,400']).request;
  assert.equal([steps, timesteps], [2, [800, 400]]);
  assert.is(parseArguments(['x', '--timestep-spacing', 'trailing']).request.timestepSpacing, 'trailing');
  assert.match(refusal('x', '--timesteps', '800,'), /^bad-argument: --timesteps: /);
  const request = { prompt: 'y', scheduler: 'tcd', steps: 1, timesteps: [800] } as const;
  const recipe: Recipe = { by: 'pocket-diffusion', request, ignored: [] };
  assert.equal(parseArguments([], recipe).request.timesteps, [800]);
  for (const words of [
    ['--steps', '4'],
    ['--scheduler', 'ddim'],
  ])
    assert.is(parseArguments(words, recipe).request.timesteps, undefined, `${words}`);
});

test('what is asked for beside a picture takes the place of what cannot be besides it', () => {
  const drawn = (request: Recipe['request'], ...args: string[]) =>
    parseArguments(args, { by: 'pocket-diffusion', request: { prompt: 'y', ...request }, ignored: [] }).request;
  const size = { width: 512, height: 640 };
  const twice = { hiresSize: size, hiresStrength: 0.5 } as const;
  assert.equal(drawn(twice).hiresSize, size);
  const scaled = drawn(twice, '--hires-scale', '2');
  assert.equal([scaled.hiresScale, scaled.hiresSize, scaled.hiresStrength], [2, undefined, 0.5]);
  const once = drawn(twice, '--init-image', 'a.png');
  assert.equal([once.hiresSize, once.hiresStrength], [undefined, undefined]);
  const kept = { cacheInterval: 3, cacheBranch: 2 };
  assert.equal(drawn(kept).cacheBranch, 2);
  assert.is(drawn(kept, '--cache-interval', '1').cacheBranch, undefined);
  const spaced = { scheduler: 'euler', timestepSpacing: 'trailing' } as const;
  assert.is(drawn(spaced, '--timesteps', '900').timestepSpacing, undefined);
  const listed = { scheduler: 'euler', steps: 1, timesteps: [900] } as const;
  assert.is(drawn(listed, '--timestep-spacing', 'trailing').timesteps, undefined);
});

test.run();
