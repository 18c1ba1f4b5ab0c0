import { resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Failure } from '../../../workers/api';
import { asTyped, parseArguments } from '../../../workers/cli/arguments';
import { asFailure, CodedError } from '../../../workers/errors';
import type { Recipe } from '../../../workers/pictureFile/recipe';

const refusal = (...args: string[]) => {
  try {
    parseArguments(args);
  } catch (thrown) {
    return asFailure(thrown).message;
  }
  return 'accepted';
};

test('a lone prompt takes the promised defaults, and a random seed', () => {
  const given = parseArguments(['a red apple']);
  const { seed, ...request } = given.request;
  assert.equal(request, {
    prompt: 'a red apple',
    negativePrompt: '',
    steps: 20,
    guidanceScale: 7.5,
    scheduler: 'pndm',
    numImages: 1,
    guidance: 'auto',
    memory: 'auto',
  });
  assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
  assert.is(given.model, 'demo');
  assert.is(given.weights, 'auto');
  assert.is(given.width, undefined);
});

test('what a picture says of how it was drawn stands until an option says otherwise', () => {
  const request = {
    ...{ prompt: 'from the file', negativePrompt: 'n', seed: 3, steps: 7, guidanceScale: 4, width: 64, height: 72 },
    ...({ scheduler: 'euler_a', sigmas: 'karras', rng: 'comfy', numImages: 4, only: 2 } as const),
  } satisfies Recipe['request'];
  const recipe: Recipe = { by: 'pocket-diffusion', request, backend: 'wasm-int8', weights: 'int4', ignored: [] };
  const given = parseArguments([], recipe);
  const { width: _w, height: _h, ...rest } = request;
  const own = { guidance: 'auto', memory: 'auto' };
  assert.equal({ ...given.request }, { ...rest, ...own });
  assert.equal([given.width, given.height, given.backend, given.weights], [64, 72, 'wasm-int8', 'int4']);
  const words = 'y --scheduler ddim --seed 5 --num-images 1 --width 128 --backend wasm --rng torch --guidance-scale 1';
  const other = parseArguments(words.split(' '), recipe);
  const { sigmas: _, only: __, ...kept } = rest;
  const changed = { scheduler: 'ddim', seed: 5, numImages: 1, rng: 'torch', guidanceScale: 1, prompt: 'y' };
  assert.equal({ ...other.request }, { ...kept, ...own, ...changed });
  assert.equal([other.width, other.height, other.backend, other.weights], [128, 72, 'wasm', 'auto']);
  const strange = parseArguments(['x'], { ...recipe, backend: 'webgpu', weights: 'fp3', request: {} });
  assert.equal([strange.backend, strange.weights, strange.request.steps], ['wasm', 'auto', 20]);
});

test('a tiny VAE that encoded the picture to begin from is asked for where there is one', () => {
  const tinyVae = { file: 'demo', use: 'encoding' } as const;
  const recipe: Recipe = { by: 'pocket-diffusion', request: { prompt: 'x', strength: 0.5, tinyVae }, ignored: [] };
  assert.is(parseArguments([], recipe).request.tinyVae, undefined);
  assert.equal(parseArguments(['--init-image', 'a.png'], recipe).request.tinyVae, tinyVae);
});

test('--fast decides who computes, whatever a file says, and --backend over both', () => {
  const said = (backend: string, weights: string): Recipe => ({
    ...{ by: 'pocket-diffusion', request: { prompt: 'x' }, backend, weights, ignored: [] },
  });
  for (const [words, recipe, backend, weights] of [
    ['--fast', said('wasm', 'exact'), 'wasm-int8', 'auto'],
    ['--fast', said('webgpu', 'fp16'), 'wasm-int8', 'auto'],
    ['--fast', said('wasm-int8', 'int4'), 'wasm-int8', 'int4'],
    ['--fast --weights int4', said('wasm', 'exact'), 'wasm-int8', 'int4'],
    ['--fast --backend wasm', said('wasm-int8', 'int4'), 'wasm', 'auto'],
    ['--steps 3', said('webgpu', 'fp16'), 'wasm', 'fp16'],
  ] as const) {
    const given = parseArguments(words.split(' '), recipe);
    assert.equal([given.backend, given.weights], [backend, weights], `${words}, ${recipe.backend}`);
  }
});

test("a VAE, LoRAs with and without a weight and a prediction go with the model; paths are the caller's", () => {
  const words =
    'x --vae v.safetensors --lora a.safetensors --lora C:b.safetensors:-0.25 --lora c:.5 --prediction v_prediction';
  const { options, loras, request } = parseArguments([...words.split(' '), '--lora-dir', 'd']);
  const path = (name: string) => resolve(process.env.POCKET_CALLER ?? '.', name);
  assert.equal(options, {
    vae: path('v.safetensors'),
    predictionType: 'v_prediction',
  });
  assert.equal(loras, {
    files: [
      { path: path('a.safetensors'), weight: 1 },
      { path: path('C:b.safetensors'), weight: -0.25 },
      { path: path('c'), weight: 0.5 },
    ],
    folders: [path('d')],
  });
  assert.equal(request.loras, [
    { name: 'a', weight: 1 },
    { name: 'C:b', weight: -0.25 },
    { name: 'c', weight: 0.5 },
  ]);
  assert.ok(refusal('x', '--lora-dir', '').includes('--lora-dir: expected DIR'));
  assert.ok(
    refusal('x', '--lora', 'p/a.safetensors', '--lora', 'q/a.safetensors').includes('files of different names'),
  );
  assert.ok(refusal('x', '--prediction', 'v').includes('--prediction: expected epsilon or v_prediction, got v'));
  assert.ok(refusal('x', '--lora', '').includes('--lora: expected FILE or FILE:WEIGHT'));
  const weight = 'bad-argument: --lora: weight of a.safetensors: expected a number, got';
  assert.is(refusal('x', '--lora', 'a.safetensors:abc'), `${weight} abc`);
  assert.is(refusal('x', '--lora', 'a.safetensors:'), `${weight} nothing`);
  assert.is(refusal('x', '--lora', 'a.safetensors:b/c.safetensors'), 'accepted');
});

test('guidance takes a rescale, a scale to mimic and an interval, whose ends are told apart by a colon', () => {
  const words = ['x', '--guidance-rescale', '0.7', '--guidance-interval', '0.2:.8'];
  const mimic = parseArguments(['x', '--mimic-scale', '7', '--mimic-percentile', '99.5']).request;
  assert.equal([mimic.mimicScale, mimic.mimicPercentile], [7, 99.5]);
  assert.is(parseArguments(['x', '--perpendicular-negative', '1.5']).request.perpendicularNegative, 1.5);
  const { request } = parseArguments(['x', '--cache-interval', '3', '--cache-branch', '1', '--token-merging', '.5']);
  assert.equal([request.cacheInterval, request.cacheBranch, request.tokenMergingRatio], [3, 1, 0.5]);
  assert.not('mimicScale' in parseArguments(words).request);
  const { guidanceRescale, guidanceInterval } = parseArguments(words).request;
  assert.equal([guidanceRescale, guidanceInterval], [0.7, [0.2, 0.8]]);
  const interval = 'bad-argument: --guidance-interval: expected';
  assert.is(refusal('x', '--guidance-interval', '0.2'), `${interval} A:B, two numbers from 0 to 1, got 0.2`);
  assert.is(refusal('x', '--guidance-interval', '0.2:'), `${interval} a number, got nothing`);
  assert.is(refusal('x', '--guidance-interval', '0:1:2'), `${interval} A:B, two numbers from 0 to 1, got 0:1:2`);
});

test('a second pass takes a scale or a size, an upscaler, steps and a strength', () => {
  const words = '--hires-scale 1.5 --hires-upscaler lanczos --hires-steps 0 --hires-strength 0.45';
  const { request } = parseArguments(['x', ...words.split(' ')]);
  const { hiresScale, hiresUpscaler, hiresSteps, hiresStrength } = request;
  assert.equal([hiresScale, hiresUpscaler, hiresSteps, hiresStrength], [1.5, 'lanczos', 0, 0.45]);
  assert.equal(parseArguments(['x', '--hires-size', '96x64']).request.hiresSize, { width: 96, height: 64 });
  for (const word of ['96', '96x', 'x64', '96 x 64', '-8x64'])
    assert.match(refusal('x', '--hires-size', word), /^bad-argument: --hires-size: expected WxH/);
});

test('FreeU takes four numbers', () => {
  assert.equal(parseArguments(['x', '--freeu', '1.5, 1.6,0.9,0.2']).request.freeu, [1.5, 1.6, 0.9, 0.2]);
  assert.is(parseArguments(['x']).request.freeu, undefined);
  for (const word of ['1.5', '1,1,1', '1,1,1,', ''])
    assert.match(refusal('x', '--freeu', word), /^bad-argument: --freeu: expected B1,B2,S1,S2, four numbers/);
});

test('what is drawn anew takes a blur, a content, a padding, and what is beyond an edge four numbers', () => {
  const words = '--init-image a.png --mask-image b.png --mask-blur 0 --masked-content latent_noise --invert-mask';
  const { request } = parseArguments(['x', ...words.split(' '), '--inpaint-padding', '32']);
  const { maskBlur, maskedContent, invertMask, inpaintPadding } = request;
  assert.equal([maskBlur, maskedContent, invertMask, inpaintPadding], [0, 'latent_noise', true, 32]);
  assert.equal(parseArguments(['x', '--outpaint', '64, 0,8,0']).request.outpaint, [64, 0, 8, 0]);
  for (const word of ['64', '1,2,3', '']) assert.match(refusal('x', '--outpaint', word), /^bad-argument: --outpaint: /);
});

test('what a picture says of its mask stands only where there is one again', () => {
  const into = { prompt: 'x', strength: 0.5, maskBlur: 3, maskedContent: 'fill', inpaintPadding: 8 } as const;
  const recipe: Recipe = { by: 'pocket-diffusion', request: into, ignored: [] };
  const masked = ({ strength, maskBlur, maskedContent, inpaintPadding, outpaint }: Recipe['request']) => [
    ...[strength, maskBlur, maskedContent, inpaintPadding, outpaint],
  ];
  const none = [undefined, undefined, undefined];
  assert.equal(masked(parseArguments([], recipe).request), [undefined, ...none, undefined]);
  assert.equal(masked(parseArguments(['--init-image', 'a.png'], recipe).request), [0.5, ...none, undefined]);
  const both = ['--init-image', 'a.png', '--mask-image', 'b.png'];
  assert.equal(masked(parseArguments(both, recipe).request), [0.5, 3, 'fill', 8, undefined]);
  const beyond: Recipe = { ...recipe, request: { ...into, inpaintPadding: 8, outpaint: [8, 0, 0, 0] } };
  const again = parseArguments(['--init-image', 'a.png'], beyond).request;
  assert.equal(masked(again), [0.5, 3, 'fill', undefined, [8, 0, 0, 0]]);
});

test('zero is a value: of the seed, of the guidance scale', () => {
  const { request } = parseArguments(['x', '--seed', '0', '--guidance-scale', '0']);
  assert.is(request.seed, 0);
  assert.is(request.guidanceScale, 0);
});

test('every option arrives where it belongs', () => {
  const words = 'x --model m --negative-prompt n --seed 5 --steps 7 --guidance-scale 2.5 --width 64 --height 128';
  const more =
    '--scheduler euler --num-images 3 --backend wasm --weights exact --memory low --guidance one-call --out a/b.png --json';
  const given = parseArguments(`${words} ${more}`.split(' '));
  assert.equal(given, {
    backend: 'wasm',
    weights: 'exact',
    model: 'm',
    options: {},
    loras: { files: [], folders: [] },
    controls: { controls: [], guess: false },
    ipAdapters: { adapters: [], encoder: undefined },
    embeddings: [],
    fast: false,
    out: 'a/b.png',
    json: true,
    initImage: undefined,
    maskImage: undefined,
    width: 64,
    height: 128,
    request: {
      prompt: 'x',
      negativePrompt: 'n',
      seed: 5,
      steps: 7,
      guidanceScale: 2.5,
      scheduler: 'euler',
      numImages: 3,
      guidance: 'one-call',
      memory: 'low',
    },
  });
});

test('how the words are read arrives as well, and only what was given', () => {
  const words =
    'x --prompt-style a1111 --long-prompts cut --clip-skip 0 --embedding a.safetensors --embedding b/c.safetensors:bad';
  const { request, embeddings } = parseArguments(words.split(' '));
  const { promptStyle, longPrompts, clipSkip } = request;
  assert.equal([promptStyle, longPrompts, clipSkip], ['a1111', 'cut', 0]);
  const path = (name: string) => resolve(process.env.POCKET_CALLER ?? '.', name);
  assert.equal(embeddings, [
    { path: path('a.safetensors'), name: 'a' },
    { path: path('b/c.safetensors'), name: 'bad' },
  ]);
  for (const absent of ['promptStyle', 'longPrompts', 'clipSkip', 'embeddings'])
    assert.not.ok(Object.hasOwn(parseArguments(['x']).request, absent), absent);
  const nameless = 'bad-argument: --embedding: expected FILE or FILE:NAME, got a.safetensors:';
  assert.is(refusal('x', '--embedding', 'a.safetensors:'), nameless);
  assert.ok(refusal('x', '--embedding', '').includes('--embedding: expected FILE or FILE:NAME'));
});

test('what is not understood is refused with its name', () => {
  const unknown = 'expected one of those that --help lists, got an option of another name';
  assert.is(refusal('x', '--stesp', '3'), `bad-argument: --stesp: ${unknown}`);
  assert.is(refusal('x', '-s', '3'), `bad-argument: -s: ${unknown}`);
  assert.is(refusal('x', '--model'), 'bad-argument: --model: expected a value, got nothing');
  assert.is(refusal('x', '--model='), 'bad-argument: --model: expected a path, or demo, got nothing');
  assert.is(refusal('x', '--model', '--steps', '3'), 'bad-argument: --model: expected a value, got option --steps');
  assert.is(refusal('x', '--json=3'), 'bad-argument: --json: expected no value, got 3');
  assert.is(refusal('x', '--steps', 'many'), 'bad-argument: --steps: expected an integer, in digits, got many');
  assert.is(refusal('x', '--steps', ''), 'bad-argument: --steps: expected an integer, in digits, got nothing');
  for (const option of ['--steps', '--seed', '--width', '--height', '--num-images'])
    for (const text of ['1e2', '0x10', '2.0', ' 8'])
      assert.is(refusal('x', option, text), `bad-argument: ${option}: expected an integer, in digits, got ${text}`);
  for (const text of ['1e1', '0x7', '7,5', 'Infinity'])
    assert.is(refusal('x', '--guidance-scale', text), `bad-argument: --guidance-scale: expected a number, got ${text}`);
  assert.is(refusal('x', '--backend', 'npu'), 'bad-argument: --backend: expected one of wasm, wasm-int8, got npu');
  assert.is(refusal('x', '--out', 'a.jpg'), 'bad-argument: --out: expected a file name ending in .png, got a.jpg');
  assert.is(refusal('a', 'b'), 'bad-argument: PROMPT: expected one prompt, in quotes, got 2: a | b');
  assert.is(refusal('--json'), 'bad-argument: PROMPT: expected one prompt, in quotes, got none');
});

test('what the engine refuses is named as it was typed, and nothing else is', () => {
  const failure = (argument: string): Failure =>
    asFailure(new CodedError('bad-argument', { argument, expected: 'x', got: 'y' }));
  assert.is(asTyped(failure('numImages')).message, 'bad-argument: --num-images: expected x, got y');
  assert.is(asTyped(failure('width')).details?.argument, '--width');
  assert.equal(asTyped(failure('Ctrl-C')), failure('Ctrl-C'));
});

test('a negative number is a value out of range, not an unknown option', () => {
  assert.is(parseArguments(['x', '--seed', '-1']).request.seed, -1);
});

test('a value may begin with a dash behind an equals sign, and whoever left that out is told', () => {
  assert.is(parseArguments(['x', '--negative-prompt=-x']).request.negativePrompt, '-x');
  for (const value of ['-x', '--blurry', '- x'])
    assert.is(
      refusal('x', '--negative-prompt', value),
      `bad-argument: --negative-prompt: expected a value (one that begins with a dash is written --negative-prompt=${value}), got ${value}`,
    );
  assert.match(refusal('x', '--negative-prompt', '--seed=3'), /expected a value, got option --seed=3$/);
});

test('a prompt may look like anything after --', () => {
  assert.is(parseArguments(['--seed', '1', '--', '--json']).request.prompt, '--json');
  assert.is(parseArguments(['--seed', '1', '--', '-5 degrees']).request.prompt, '-5 degrees');
});

test('a tiny VAE and what it is for; the same of a picture drawn with the demo model\u2019s', () => {
  const { tinyVae } = parseArguments(['x', '--tiny-vae', 'a/taesd.safetensors', '--tiny-vae-for', 'both']).request;
  assert.equal([(tinyVae!.file as { path: string }).path, tinyVae!.use], ['a/taesd.safetensors', 'both']);
  assert.equal(parseArguments(['x', '--tiny-vae', 'demo']).request.tinyVae, { file: 'demo' });
  const request = { prompt: 'y', tinyVae: { file: 'demo', use: 'both' } } as const;
  const recipe: Recipe = { by: 'pocket-diffusion', request, ignored: [] };
  assert.equal(parseArguments([], recipe).request.tinyVae, request.tinyVae);
  assert.equal(parseArguments(['--tiny-vae-for', 'decoding'], recipe).request.tinyVae, {
    file: 'demo',
    use: 'decoding',
  });
  assert.match(refusal('x', '--tiny-vae', ''), /^bad-argument: --tiny-vae: expected FILE, or demo/);
  assert.match(refusal('x', '--tiny-vae-for', 'both'), /--tiny-vae: expected a file where --tiny-vae-for is given/);
});

test.run();
