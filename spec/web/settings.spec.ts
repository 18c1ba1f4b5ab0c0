import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wantsFewSteps } from '../../web/schedulers';
import {
  DEFAULT_SETTINGS,
  fitting,
  parseSettings,
  randomSeed,
  SAVINGS,
  type Sampling,
  savingOf,
  toRequest,
} from '../../web/settings';
import { settingsOf } from '../../web/settingsOf';
import { sizeChoices } from '../../web/sizes';
import { tinyVaeLeftOut } from '../../web/takenTinyVae';
import type { SchedulerName } from '../../workers/api';
import { fast } from '../../workers/fast';
import { checkRequest, SCHEDULERS } from '../../workers/request';

test('settings come back as they were kept', () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    ...{
      prompt: 'ein Apfel',
      seed: 0,
      guidanceScale: 0,
      size: { width: 64, height: 72 },
      modelId: 'abc',
      keepSeed: true,
      memory: 'low' as const,
      keepSubseed: true,
      sampling: {
        ...({ rng: 'philox', timestepSpacing: 'trailing', timesteps: [999, 500], eta: 0.25 } as const),
        ...{ subseed: 2 ** 53 - 65, subseedStrength: 0.05, numImages: 4, only: 0 },
      },
    },
  };
  assert.equal(parseSettings(JSON.stringify(settings)), settings);
});

test('whatever else is kept, the settings are sound', () => {
  for (const text of [
    null,
    '',
    '{',
    'null',
    '7',
    '[]',
    '{"size":7,"scheduler":"dpm","sigmas":"even","backend":"tpu","memory":"less","steps":"20"}',
  ]) {
    assert.equal(parseSettings(text), DEFAULT_SETTINGS, String(text));
  }
  // What is another's, or no number, goes; the rest stays.
  for (const bad of ['7', 'null', '"philox"', '{"rng":"dice","eta":"0.5","timesteps":[1,"2"],"constructor":1}'])
    assert.equal(parseSettings(`{"sampling":${bad}}`).sampling, {}, bad);
  assert.equal(parseSettings('{"sampling":{"rng":"comfy","subseed":null}}').sampling, { rng: 'comfy' });
  assert.is(parseSettings('{"steps":30,"size":{"width":1.5,"height":8}}').steps, 30);
  // What is planned for before anyone looks at it: one that was kept when files could bring any.
  for (const size of ['{"width":99999,"height":99999}', '{"width":64,"height":0}', '{"width":60,"height":64}'])
    assert.is(parseSettings(`{"size":${size}}`).size, null, size);
});

test("a request takes the model's size where none was chosen", () => {
  const model = { width: 256, height: 128 };
  const request = toRequest(DEFAULT_SETTINGS, model);
  assert.equal([request.width, request.height, request.guidance], [256, 128, 'auto']);
  assert.is(toRequest({ ...DEFAULT_SETTINGS, memory: 'low' }, model).memory, 'low');
  assert.is(toRequest({ ...DEFAULT_SETTINGS, size: { width: 64, height: 72 } }, model).height, 72);
});

test('sigmas are asked for where the sampler has a choice of them', () => {
  const model = { width: 256, height: 128 };
  const sigmas = 'karras' as const;
  assert.is(toRequest({ ...DEFAULT_SETTINGS, scheduler: 'dpmpp_2m', sigmas }, model).sigmas, 'karras');
  for (const scheduler of ['pndm', 'ddim', 'ddpm', 'lcm', 'tcd'] as const) {
    assert.not.ok(Object.hasOwn(toRequest({ ...DEFAULT_SETTINGS, scheduler, sigmas }, model), 'sigmas'), scheduler);
  }
});

test('a second pass and FreeU go with a picture into the settings and out again, and are gone with the visit', () => {
  const model = { width: 512, height: 512 };
  const rare = { hiresScale: 1.5, hiresUpscaler: 'lanczos', hiresSteps: 4, freeu: [1.5, 1.6, 0.9, 0.2] } as const;
  // What goes with a picture to begin from stays behind with it.
  const settings = { ...DEFAULT_SETTINGS, ...settingsOf({ ...rare, strength: 0.5, maskBlur: 4, prompt: 'x' }, model) };
  assert.equal(settings.extra, rare);
  const request = toRequest(settings, model);
  assert.equal([request.hiresScale, request.freeu], [1.5, [1.5, 1.6, 0.9, 0.2]]);
  assert.is(request.maskBlur, undefined);
  assert.equal(settingsOf({ prompt: 'y' }, model).extra, {});
  assert.equal(parseSettings(JSON.stringify(settings)).extra, {});
});

test('random seeds are 32-bit integers', () => {
  assert.equal([randomSeed(() => 0), randomSeed(() => 1 - 2 ** -53)], [0, 2 ** 32 - 1]);
});

test('sizes: the own one first, the others of about its area, on a grid of an eighth of its side', () => {
  assert.equal(sizeChoices({ width: 512, height: 512 }), [
    { shape: 'square', width: 512, height: 512 },
    { shape: 'portrait', width: 448, height: 576 }, // 512 · √(3/4) = 443, 512 · √(4/3) = 591
    { shape: 'landscape', width: 576, height: 448 },
  ]);
  const [own, ...others] = sizeChoices({ width: 768, height: 432 });
  assert.equal(own, { shape: 'landscape', width: 768, height: 432 });
  assert.equal(
    others.map(({ shape }) => shape),
    ['square', 'portrait'],
  );
  for (const { width, height } of sizeChoices({ width: 96, height: 96 })) assert.is((width % 8) + (height % 8), 0);
});

test('what drew a picture draws it again: its seed kept, its batch of one, what has no control beside it', () => {
  const model = { width: 512, height: 512 };
  const request = {
    ...{ prompt: 'x', negativePrompt: 'y', seed: 3, steps: 7, guidanceScale: 4, width: 64, height: 72 },
    ...({ scheduler: 'ddim', eta: 0.5, rng: 'comfy', numImages: 4, only: 2 } as const),
  };
  const settings = { ...DEFAULT_SETTINGS, sigmas: 'karras' as const, ...settingsOf(request, model) };
  assert.equal([settings.keepSeed, settings.size], [true, { width: 64, height: 72 }]);
  const own = { guidance: 'auto', memory: 'auto', promptStyle: 'plain', longPrompts: 'cut', clipSkip: 0 };
  assert.equal(toRequest(settings, model), { ...request, ...own });
  // Another sampler has no eta, and two pictures asked for are two.
  const { eta: _, only: __, ...rest } = request;
  const changed = toRequest({ ...settings, scheduler: 'pndm', numImages: 2 }, model);
  assert.equal(changed, { ...rest, ...own, scheduler: 'pndm', numImages: 2 });
  // What is read as stable-diffusion-webui reads it is read whole.
  const webui = settingsOf({ ...request, promptStyle: 'a1111', clipSkip: 1 }, model);
  assert.equal([webui.promptStyle, webui.longPrompts, webui.clipSkip], ['a1111', 'chunks', 1]);
  assert.is(settingsOf({ ...request, ...model }, model).size, null);
});

test('a variation is drawn while it has a strength; the one of a picture is kept with its seed', () => {
  const model = { width: 64, height: 64 };
  const variation = { subseed: 9, subseedStrength: 0.3 };
  const settings = { ...DEFAULT_SETTINGS, ...settingsOf({ seed: 3, ...variation }, model) };
  assert.equal([settings.keepSeed, settings.keepSubseed, settings.sampling], [true, true, variation]);
  const { subseed, subseedStrength } = checkRequest(toRequest(settings, model));
  assert.equal({ subseed, subseedStrength }, variation);
  const off = toRequest({ ...settings, sampling: { subseed: 9 } }, model);
  assert.equal([off.subseed, off.subseedStrength], [undefined, undefined]);
  assert.is(settingsOf({ seed: 3 }, model).keepSubseed, false);
});

test('what is drawn from a picture, or once more, is guided in all of the steps that are left', () => {
  const model = { width: 64, height: 64 };
  const request = toRequest({ ...DEFAULT_SETTINGS, extra: SAVINGS.much }, model);
  const picture = { ...model, pixels: new Uint8Array(3 * 64 * 64) };
  assert.equal(fitting(request).guidanceInterval, [0, 0.8]);
  for (const more of [{ initImage: picture, strength: 0.2 }, { hiresScale: 2 }]) {
    const { guidanceInterval, cacheInterval } = checkRequest(fitting({ ...request, ...more }));
    assert.equal([guidanceInterval, cacheInterval], [undefined, 3]);
  }
  const own = { ...request, guidanceInterval: [0, 0.9] as const, hiresScale: 2 };
  assert.equal(fitting(own).guidanceInterval, [0, 0.9]);
});

test('what is left out has a name only where it is one of those that are offered', () => {
  for (const [name, saving] of Object.entries(SAVINGS)) assert.is(savingOf({ ...saving, freeu: [1, 1, 1, 1] }), name);
  assert.is(savingOf({ cacheInterval: 3 }), '');
  assert.is(savingOf({ ...SAVINGS.much, cacheBranch: 2 }), '');
  assert.equal(SAVINGS.much, fast({ steps: 20 }));
  assert.equal(SAVINGS.some, fast({ steps: 12 }));
});

test('timesteps out of a picture are drawn with as long as sampler, steps and levels take them; its tiny VAE stays', () => {
  const model = { width: 512, height: 512 };
  const from = (request: Parameters<typeof settingsOf>[0]) => ({ ...DEFAULT_SETTINGS, ...settingsOf(request, model) });
  const given = from({ scheduler: 'tcd', steps: 2, timesteps: [800, 400], tinyVae: { file: 'demo' } });
  assert.equal([toRequest(given, model).timesteps, given.tinyDecoder], [[800, 400], true]);
  for (const change of [{ steps: 3 }, { scheduler: 'ddim' }, { scheduler: 'euler', sigmas: 'karras' }] as const)
    assert.is(toRequest({ ...given, ...change }, model).timesteps, undefined, JSON.stringify(change));
  const spaced = from({ scheduler: 'euler', timestepSpacing: 'trailing' });
  assert.equal([toRequest(spaced, model).timestepSpacing, spaced.tinyDecoder], ['trailing', false]);
  assert.is(toRequest({ ...spaced, scheduler: 'lcm' }, model).timestepSpacing, undefined);
});

test('a tiny VAE decodes where it did in the picture; what it does not do here is told', () => {
  const model = { width: 64, height: 64 };
  const chosen = { path: 'a/taesd.safetensors', file: new Blob([]) };
  for (const [use, decoding, decodes, left] of [
    [undefined, 'demo', true, []],
    ['decoding', 'demo', true, []],
    // Of another model, where no file is chosen, and where one is.
    ['decoding', undefined, true, ['tiny VAE: demo, decoding']],
    ['decoding', chosen, true, ['tiny VAE: demo, decoding']],
    ['encoding', undefined, false, ['tiny VAE: demo, encoding']],
    ['both', 'demo', true, ['tiny VAE: demo, encoding']],
    ['both', undefined, true, ['tiny VAE: demo, decoding', 'tiny VAE: demo, encoding']],
  ] as const) {
    const tinyVae = { file: 'demo', ...(use ? { use } : {}) } as const;
    assert.is(settingsOf({ tinyVae }, model).tinyDecoder, decodes, use);
    assert.equal(tinyVaeLeftOut(tinyVae, decoding), left, `${use}, ${decoding}`);
  }
  assert.equal([settingsOf({}, model).tinyDecoder, tinyVaeLeftOut(undefined, chosen)], [false, []]);
});

test('the page knows as the engine does who takes timesteps, spacings and an eta', () => {
  for (const scheduler of SCHEDULERS) {
    const sound = { ...DEFAULT_SETTINGS, scheduler, steps: 1 };
    const asked = (sampling: Sampling) => checkRequest(toRequest({ ...sound, sampling }, { width: 64, height: 64 }));
    const { timesteps } = asked({ timesteps: [900] });
    const { timestepSpacing } = asked({ timestepSpacing: 'trailing' });
    const { eta } = asked({ eta: 0.5 });
    const takes = (more: object): boolean => {
      try {
        checkRequest({ ...toRequest(sound, { width: 64, height: 64 }), ...more });
        return true;
      } catch {
        return false;
      }
    };
    assert.is(timesteps !== undefined, takes({ timesteps: [900] }), scheduler);
    assert.is(timestepSpacing !== undefined, takes({ timestepSpacing: 'trailing' }), scheduler);
    assert.is(eta !== undefined, takes({ eta: 0.5 }), scheduler);
  }
});

test('few-step samplers want few steps and little guidance, others say nothing', () => {
  const wants = (scheduler: SchedulerName, steps: number, guidanceScale: number) =>
    wantsFewSteps({ scheduler, steps, guidanceScale });
  assert.equal(
    [wants('lcm', 20, 1), wants('tcd', 4, 7.5), wants('lcm', 8, 2), wants('euler', 20, 7.5)],
    [true, true, false, false],
  );
});

test.run();
