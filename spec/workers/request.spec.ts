import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../workers/api';
import { asFailure } from '../../workers/errors';
import { checkRequest, DEFAULTS } from '../../workers/request';

const SOUND: ImageRequest = { ...DEFAULTS, prompt: 'a cat', seed: 1, width: 256, height: 256 };

const refusal = (change: Partial<Record<keyof ImageRequest, unknown>>) => {
  try {
    checkRequest({ ...SOUND, ...change } as ImageRequest);
  } catch (thrown) {
    return asFailure(thrown).message;
  }
  return 'accepted';
};

test('the defaults are a sound request, and so are the ends of every range', () => {
  assert.is(refusal({}), 'accepted');
  assert.is(refusal({ steps: 1, guidanceScale: 0, seed: 0, width: 8, height: 2048, numImages: 64 }), 'accepted');
  assert.is(refusal({ prompt: '' }), 'accepted');
});

test('a size must be a multiple of 8 up to 2048', () => {
  for (const width of [100, 0, -64, 4, 2056, 256.5, Number.NaN]) {
    assert.is(refusal({ width }), `bad-argument: width: expected a multiple of 8 from 8 to 2048, got ${width}`);
  }
});

test('steps, seed and count are whole numbers in range', () => {
  assert.is(refusal({ steps: 0 }), 'bad-argument: steps: expected an integer from 1 to 1000, got 0');
  assert.is(refusal({ steps: 2.5 }), 'bad-argument: steps: expected an integer from 1 to 1000, got 2.5');
  assert.match(refusal({ seed: -1 }), /^bad-argument: seed: .* got -1$/);
  assert.match(refusal({ numImages: 65 }), /^bad-argument: numImages: .* got 65$/);
});

test('guidance is a finite number from 0 to 100', () => {
  for (const guidanceScale of [-0.1, 100.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.match(refusal({ guidanceScale }), /^bad-argument: guidanceScale: expected a number from 0 to 100, got /);
  }
});

test('guidance is brought back by a part, and its interval has a step in it', () => {
  assert.is(refusal({ guidanceRescale: 1, guidanceInterval: [0, 1] }), 'accepted');
  assert.is(refusal({ guidanceInterval: [0.95, 1], guidance: 'two-calls' }), 'accepted');
  const rescale = 'bad-argument: guidanceRescale: expected a number from 0 to 1, got 1.5';
  assert.is(refusal({ guidanceRescale: 1.5 }), rescale);
  const ends =
    'bad-argument: guidanceInterval: expected two numbers from 0 to 1, with one of 20 steps between them, got';
  for (const [start, stop] of [
    [0.5, 0.4],
    [-0.1, 0.5],
    [0, 1.01],
    [Number.NaN, 1],
    // Both of them in step 10.
    [0.51, 0.54],
  ])
    assert.is(refusal({ guidanceInterval: [start, stop] }), `${ends} ${start}:${stop}`);
});

test('the interval is of the whole schedule, of which a picture to begin from skips the first steps', () => {
  const initImage = { width: 256, height: 256, pixels: new Uint8Array(3 * 256 * 256) };
  const from = { initImage, strength: 0.4, steps: 20 };
  assert.is(refusal({ ...from, guidanceInterval: [0, 0.65] }), 'accepted');
  const ends = 'expected two numbers from 0 to 1, with one of the last 8 of 20 steps between them, got 0:0.6';
  assert.is(refusal({ ...from, guidanceInterval: [0, 0.6] }), `bad-argument: guidanceInterval: ${ends}`);
});

test('a scale to mimic is a scale, alone, and has a percentile', () => {
  assert.is(refusal({ mimicScale: 7, mimicPercentile: 99.5, guidanceInterval: [0, 0.5] }), 'accepted');
  assert.is(refusal({ mimicScale: 101 }), 'bad-argument: mimicScale: expected a number from 0 to 100, got 101');
  const percentile = 'bad-argument: mimicPercentile: expected a number from 0 to 100, got -1';
  assert.is(refusal({ mimicScale: 7, mimicPercentile: -1 }), percentile);
  const alone = 'bad-argument: mimicScale: expected a number where mimicPercentile is given, got none';
  assert.is(refusal({ mimicPercentile: 99 }), alone);
  const both = 'bad-argument: guidanceRescale: expected 0 where mimicScale is given, got 0.7';
  assert.is(refusal({ mimicScale: 7, guidanceRescale: 0.7 }), both);
  const across = 'bad-argument: perpendicularNegative: expected 0 where mimicScale is given, got 1';
  assert.is(refusal({ mimicScale: 7, perpendicularNegative: 1 }), across);
});

test('what has steps of unlike passes is not drawn in one call', () => {
  const got = (field: string) =>
    `bad-argument: guidance: expected auto or two-calls where ${field} is given, got one-call`;
  const inOneCall = { guidance: 'one-call' } as const;
  assert.is(refusal({ ...inOneCall, guidanceInterval: [0, 0.5] }), got('guidanceInterval'));
  assert.is(refusal({ ...inOneCall, perpendicularNegative: 1 }), got('perpendicularNegative'));
  const most = 'bad-argument: perpendicularNegative: expected a number from 0 to 100, got -1';
  assert.is(refusal({ perpendicularNegative: -1 }), most);
});

test('an unknown scheduler or way is refused with the known ones', () => {
  assert.is(refusal({ memory: 'less' }), 'bad-argument: memory: expected one of auto, normal, low, got less');
  assert.match(
    refusal({ scheduler: 'dpm' }),
    /^bad-argument: scheduler: expected one of pndm, ddim, .*, deis, got dpm$/,
  );
  assert.match(refusal({ sigmas: 'even' }), /^bad-argument: sigmas: expected one of model, karras, .*, got even$/);
  assert.is(refusal({ rng: 'cuda' }), 'bad-argument: rng: expected one of torch, philox, comfy, got cuda');
});

test('sigmas can be spaced where a sampler goes from one to the next, not where it goes by timesteps', () => {
  assert.is(refusal({ scheduler: 'dpmpp_2m', sigmas: 'karras' }), 'accepted');
  assert.is(refusal({ scheduler: 'ddim', sigmas: 'model' }), 'accepted');
  for (const scheduler of ['pndm', 'ddim', 'ddpm', 'lcm', 'tcd'] as const) {
    const got = refusal({ scheduler, sigmas: 'karras' });
    assert.is(got, `bad-argument: sigmas: expected model with ${scheduler}, got karras`);
  }
});

test('eta goes from 0 to 1 and is only there for ddim and tcd; those of few steps have 50 at most', () => {
  assert.is(refusal({ scheduler: 'ddim', eta: 0 }), 'accepted');
  assert.is(refusal({ scheduler: 'tcd', eta: 1, steps: 50 }), 'accepted');
  assert.is(refusal({ scheduler: 'ddim', eta: 1.1 }), 'bad-argument: eta: expected a number from 0 to 1, got 1.1');
  const elsewhere = 'bad-argument: scheduler: expected ddim or tcd where eta is given, got euler_a';
  assert.is(refusal({ scheduler: 'euler_a', eta: 0.5 }), elsewhere);
  assert.is(refusal({ scheduler: 'lcm', steps: 51 }), 'bad-argument: steps: expected an integer from 1 to 50, got 51');
});

test('a variation needs a seed, and its strength is a part', () => {
  assert.is(refusal({ subseed: 0, subseedStrength: 1, rng: 'philox' }), 'accepted');
  assert.is(refusal({ subseedStrength: 0 }), 'accepted');
  const none = 'bad-argument: subseed: expected a seed where subseedStrength is above 0, got none';
  assert.is(refusal({ subseedStrength: 0.1 }), none);
  assert.match(refusal({ subseed: 1, subseedStrength: 2 }), /^bad-argument: subseedStrength: .* from 0 to 1, got 2$/);
  assert.match(refusal({ subseed: -1 }), /^bad-argument: subseed: .* got -1$/);
});

test('how words are read is one of few ways, and every learned word has a name of its own', () => {
  assert.is(refusal({ promptStyle: 'a1111', longPrompts: 'chunks', clipSkip: 23 }), 'accepted');
  assert.match(
    refusal({ promptStyle: 'comfy' }),
    /^bad-argument: promptStyle: expected one of plain, a1111, got comfy$/,
  );
  assert.match(refusal({ longPrompts: 'all' }), /^bad-argument: longPrompts: expected one of cut, chunks, got all$/);
  for (const clipSkip of [-1, 0.5, 24]) assert.match(refusal({ clipSkip }), /^bad-argument: clipSkip: .* from 0 to 23/);
  const named = (...names: string[]) => refusal({ embeddings: names.map((name) => ({ name, file: {} })) });
  assert.is(named('a', 'b'), 'accepted');
  assert.is(named('a', 'b', 'A'), 'bad-argument: embeddings: expected another name for each, got a twice');
  assert.match(named(' '), /^bad-argument: embeddings: expected a name for each/);
});

test('a picture to be drawn alone is one of the batch', () => {
  assert.is(refusal({ numImages: 3, only: 2 }), 'accepted');
  assert.is(refusal({ numImages: 3, only: 3 }), 'bad-argument: only: expected an integer from 0 to 2, got 3');
});

test('a picture to begin from is of the size that is drawn, and a mask, a strength or too few steps go with one', () => {
  const of = (width: number, height: number, channels: number) => ({
    ...{ width, height, pixels: new Uint8Array(width * height * channels) },
  });
  const initImage = of(256, 256, 3);
  const maskImage = of(256, 256, 1);
  assert.is(refusal({ initImage, maskImage, strength: 1 }), 'accepted');
  assert.is(refusal({ initImage, steps: 2 }), 'accepted');
  const without = 'bad-argument: initImage: expected a picture where maskImage is given, got none';
  assert.is(refusal({ maskImage }), without);
  assert.is(refusal({ strength: 0.5 }), without.replace('maskImage', 'strength'));
  const size = 'bad-argument: maskImage: expected 256 × 256 pixels, got 256 × 248';
  assert.is(refusal({ initImage, maskImage: of(256, 248, 1) }), size);
  assert.match(
    refusal({ initImage: of(128, 256, 3) }),
    /^bad-argument: initImage: expected 256 × 256 pixels, got 128 × 256/,
  );
  const bytes = 'bad-argument: initImage: expected 196608 bytes of pixels, got 65536';
  assert.is(refusal({ initImage: maskImage }), bytes);
  assert.match(
    refusal({ initImage, strength: 1.01 }),
    /^bad-argument: strength: expected a number from 0 to 1, got 1.01/,
  );
  for (const [steps, strength] of [
    [20, 0],
    [20, 0.04],
    [1, 0.8],
  ])
    assert.match(refusal({ initImage, steps, strength }), /^bad-argument: strength: expected at least 1 \/ steps/);
  // With a mask all is given up by default: a single step is left of one.
  assert.is(refusal({ initImage, maskImage, steps: 1 }), 'accepted');
});

test('deep features are kept for 1 to 20 calls, from a branch on only where they are kept', () => {
  checkRequest({ ...SOUND, cacheInterval: 20, cacheBranch: 11 });
  checkRequest({ ...SOUND, cacheInterval: 1 });
  checkRequest({ ...SOUND, tokenMergingRatio: 0.75 });
  for (const ratio of [-0.1, 0.8, Number.NaN])
    assert.is(
      refusal({ tokenMergingRatio: ratio }),
      `bad-argument: tokenMergingRatio: expected a number from 0 to 0.75, got ${ratio}`,
    );
  assert.is(refusal({ cacheInterval: 0 }), 'bad-argument: cacheInterval: expected an integer from 1 to 20, got 0');
  assert.is(refusal({ cacheInterval: 2.5 }), 'bad-argument: cacheInterval: expected an integer from 1 to 20, got 2.5');
  const branch = 'bad-argument: cacheBranch: expected an integer from 0 to 31, got 32';
  assert.is(refusal({ cacheInterval: 2, cacheBranch: 32 }), branch);
  const alone = 'bad-argument: cacheInterval: expected above 1 where cacheBranch is given, got 1';
  assert.is(refusal({ cacheBranch: 0 }), alone);
});

test('timesteps are spaced otherwise, or given one by one, where the sampler takes them', () => {
  assert.is(refusal({ timestepSpacing: 'trailing', scheduler: 'euler', steps: 1 }), 'accepted');
  const given = { scheduler: 'tcd', steps: 2, timesteps: [800, 0], eta: 1 };
  assert.is(refusal(given), 'accepted');
  assert.match(refusal({ timestepSpacing: 'even' }), /^bad-argument: timestepSpacing: expected one of leading, /);
  const lcm = 'bad-argument: timestepSpacing: expected none with lcm, got trailing';
  assert.is(refusal({ timestepSpacing: 'trailing', scheduler: 'lcm', steps: 4 }), lcm);
  const both = 'bad-argument: timestepSpacing: expected none where timesteps are given, got trailing';
  assert.is(refusal({ ...given, scheduler: 'euler', eta: undefined, timestepSpacing: 'trailing' }), both);
  assert.match(
    refusal({ ...given, scheduler: 'ddim' }),
    /^bad-argument: scheduler: expected one of ddpm, .*, got ddim$/,
  );
  const spaced = { ...given, scheduler: 'euler', eta: undefined, sigmas: 'karras' };
  assert.is(refusal(spaced), 'bad-argument: sigmas: expected model where timesteps are given, got karras');
  assert.is(refusal({ ...given, steps: 3 }), 'bad-argument: steps: expected 2, one for each timestep, got 3');
  for (const [timesteps, said] of [
    [[1000, 1], 'an integer from 0 to 999 in place 0, got 1000'],
    [[800, 800], 'an integer from 0 to 799 in place 1, got 800'],
    [[800, -1], 'an integer from 0 to 799 in place 1, got -1'],
    [[800.5, 1], 'an integer from 0 to 999 in place 0, got 800.5'],
  ] as const)
    assert.is(refusal({ ...given, timesteps }), `bad-argument: timesteps: expected ${said}`);
});

test('a tiny VAE decodes, or encodes where there is a picture to', () => {
  const initImage = { width: 256, height: 256, pixels: new Uint8Array(3 * 256 * 256) };
  assert.is(refusal({ tinyVae: { file: 'demo' } }), 'accepted');
  assert.is(refusal({ tinyVae: { file: 'demo', use: 'both' } }), 'accepted');
  assert.is(refusal({ tinyVae: { file: 'demo', use: 'encoding' }, initImage }), 'accepted');
  const none = 'bad-argument: initImage: expected a picture for the tiny VAE to encode, got none';
  assert.is(refusal({ tinyVae: { file: 'demo', use: 'encoding' } }), none);
  const odd = 'bad-argument: tinyVaeFor: expected one of decoding, encoding, both, got previews';
  assert.is(refusal({ tinyVae: { file: 'demo', use: 'previews' } }), odd);
});

test('some of the second pass is guided, too', () => {
  const twice = { hiresScale: 2, hiresStrength: 0.2, guidanceInterval: [0, 0.8] };
  const expected =
    'bad-argument: guidanceInterval: expected two numbers from 0 to 1, with one of the last 20 of 100 steps between them, got 0:0.8';
  assert.is(refusal(twice), expected);
  assert.is(refusal({ ...twice, guidanceInterval: [0, 0.9] }), 'accepted');
});

test.run();
