/** Every group of options that a picture's file can bring is left out again by a word. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../../workers/api';
import { parseArguments } from '../../../workers/cli/arguments';
import { BROUGHT_FIELDS } from '../../../workers/pictureFile/ownRequest';
import { rejects } from '../../models/rejects';

const SAID: Partial<ImageRequest> = {
  ...{ prompt: 'x', negativePrompt: '', seed: 1, steps: 2, guidanceScale: 5, width: 64, height: 64, scheduler: 'tcd' },
  ...{ eta: 0.5, rng: 'philox', subseed: 4, subseedStrength: 0.5, timestepSpacing: 'trailing', timesteps: [900, 400] },
  ...{ hiresScale: 2, hiresUpscaler: 'lanczos', hiresSteps: 3, hiresStrength: 0.5, freeu: [1.5, 1.6, 0.9, 0.2] },
  ...{
    mimicScale: 7,
    mimicPercentile: 99,
    perpendicularNegative: 1,
    guidanceInterval: [0.2, 0.8],
    guidanceRescale: 0.7,
  },
  ...{
    cacheInterval: 3,
    cacheBranch: 1,
    tokenMergingRatio: 0.4,
    tinyVae: { file: 'demo' },
    loras: [{ name: 'ink', weight: 1 }],
  },
  ...{ strength: 0.5, maskBlur: 4, maskedContent: 'fill', invertMask: true, inpaintPadding: 32 },
};
const request = (said: Partial<ImageRequest>, ...words: readonly string[]) =>
  parseArguments([...words], { by: 'pocket-diffusion', request: said, ignored: [] }).request;
const without = (...fields: readonly (keyof ImageRequest)[]): Partial<ImageRequest> =>
  Object.fromEntries(Object.entries(SAID).filter(([field]) => !fields.includes(field as keyof ImageRequest)));

const second = ['hiresScale', 'hiresSize', 'hiresUpscaler', 'hiresSteps', 'hiresStrength'] as const;
const GROUPS: Readonly<Record<string, readonly (keyof ImageRequest)[]>> = {
  '--hires-scale off': second,
  '--hires-size off': second,
  '--freeu off': ['freeu'],
  '--mimic-scale off': ['mimicScale', 'mimicPercentile'],
  '--perpendicular-negative off': ['perpendicularNegative'],
  '--guidance-interval off': ['guidanceInterval'],
  '--cache-interval off': ['cacheInterval', 'cacheBranch'],
  '--token-merging off': ['tokenMergingRatio'],
  '--timestep-spacing off': ['timestepSpacing'],
  '--timesteps off': ['timesteps'],
  '--eta off': ['eta'],
  '--subseed-strength off': ['subseed', 'subseedStrength'],
  '--tiny-vae off': ['tinyVae'],
  '--lora off': ['loras'],
};

for (const [words, fields] of Object.entries(GROUPS))
  test(`${words}: as if the file had not said it, and nothing else of it is lost`, () => {
    assert.equal(request(SAID, ...words.split(' ')), request(without(...fields)));
    assert.not.equal(request(SAID, ...words.split(' ')), request(SAID));
    // Without a file it is as if it were not there.
    assert.equal(request({ prompt: 'x', seed: 1 }, ...words.split(' ')), request({ prompt: 'x', seed: 1 }));
  });

test('of a mask what is inverted, and the part that is drawn alone, are left out by a word; so is what lies beyond', () => {
  const given = ['--init-image', 'a.png', '--mask-image', 'm.png'];
  const masked = (said: Partial<ImageRequest>, ...words: readonly string[]) => request(said, ...given, ...words);
  assert.equal(masked(SAID, '--no-invert-mask'), masked(without('invertMask')));
  assert.is(masked(SAID).invertMask, true);
  assert.equal(masked(SAID, '--inpaint-padding', 'off'), masked(without('inpaintPadding')));
  assert.is(masked(SAID).inpaintPadding, 32);
  const wider = { ...SAID, outpaint: [8, 0, 0, 0] as const };
  const beyond = request(wider, '--init-image', 'a.png', '--outpaint', 'off');
  assert.equal(beyond, request(SAID, '--init-image', 'a.png'));
  assert.is.not(request(wider, '--init-image', 'a.png').outpaint, undefined);
});

test('LoRAs that a picture has in its prompt alone are left out of it; what is typed keeps them', () => {
  const said = { prompt: 'a cat <lora:ink:0.8>, sitting', seed: 1, promptStyle: 'a1111' } as const;
  assert.is(request(said, '--lora', 'off').prompt, 'a cat , sitting');
  assert.is(request(said).prompt, said.prompt);
  assert.is(request(said, 'a dog <lora:ink:1>', '--lora', 'off').prompt, 'a dog <lora:ink:1>');
});

test('what is off and given as well is refused', async () => {
  await rejects(
    () => request(SAID, '--lora', 'off', '--lora', 'b'),
    'bad-argument',
    '--lora',
    'off, or values',
    'off and b',
  );
  const masked = ['--init-image', 'a.png', '--mask-image', 'm.png', '--invert-mask', '--no-invert-mask'];
  await rejects(() => request(SAID, ...masked), 'bad-argument', '--no-invert-mask', '--invert-mask', 'both');
});

test('every field of the request that is not one thing in every picture has a word to leave it out, or a value that does', () => {
  const covered = new Set<string>(Object.values(GROUPS).flat());
  const byValue: Partial<ImageRequest> = {
    ...{ guidanceRescale: 0, maskBlur: 0, rng: 'torch', maskedContent: 'original', sigmas: 'model', numImages: 1 },
    ...{ promptStyle: 'plain', longPrompts: 'cut', clipSkip: 0 },
  };
  const always =
    /^(prompt|negativePrompt|seed|steps|guidanceScale|width|height|scheduler|strength|only|invertMask|inpaintPadding|outpaint)$/;
  const left = BROUGHT_FIELDS.filter((field) => !covered.has(field) && !(field in byValue) && !always.test(field));
  assert.equal(left, []);
});

test.run();
