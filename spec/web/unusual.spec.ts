/** Noise and timesteps on the page: listed where the engine is asked for them and where that makes a difference, as the engine's own schedules have it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SchedulerConfig } from '../../models/sd15';
import { hasEta } from '../../web/schedulers';
import { DEFAULT_SETTINGS, type Extra, SAVINGS, type Sampling, type Settings, toRequest } from '../../web/settings';
import { spacingCounts, type Unusual, unusualIn, usualEta, withoutUnusual } from '../../web/unusual';
import type { SchedulerName } from '../../workers/api';
import { samplers } from '../../workers/diffusion/samplers';
import { SCHEDULERS, SIGMAS, TIMESTEP_SPACINGS } from '../../workers/request';

const MODEL = { width: 64, height: 64 };
/** Stable Diffusion 1.5's. */
const CONFIG: SchedulerConfig = {
  ...{ numTrainTimesteps: 1000, betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear' as const },
  ...{ predictionType: 'epsilon' as const, stepsOffset: 1, setAlphaToOne: false, skipPrkSteps: true },
};

const withSampling = (sampling: Sampling, more: Partial<Settings> = {}): Settings => ({
  ...DEFAULT_SETTINGS,
  ...more,
  sampling,
});

test('each of them is listed by itself, is asked for while it is, and no more when it was left', () => {
  const cases: [Unusual, Sampling, Partial<Settings>?][] = [
    ['rng', { rng: 'philox' }],
    ['variation', { subseed: 0, subseedStrength: 0.2 }],
    ['eta', { eta: 0.5 }, { scheduler: 'ddim' }],
    ['eta', { eta: 0 }, { scheduler: 'tcd' }],
    ['timestepSpacing', { timestepSpacing: 'trailing' }],
    ['timesteps', { timesteps: [999, 500] }, { scheduler: 'euler', steps: 2 }],
    ['only', { only: 0, numImages: 4 }],
  ];
  for (const [one, sampling, more] of cases) {
    assert.equal(unusualIn(withSampling(sampling, more), 'noise'), [one]);
    const request = toRequest(withSampling(sampling, more), MODEL);
    for (const [field, value] of Object.entries(sampling)) assert.is(request[field as keyof Sampling], value, field);
    const other: Sampling = one === 'rng' ? { eta: 0.5 } : { rng: 'comfy' };
    const varied = one === 'variation' ? { keepSubseed: false } : {};
    assert.equal(withoutUnusual(withSampling({ ...sampling, ...other }), one), { sampling: other, ...varied });
  }
});

test('what is as usual, or waits for another sampler or number of steps, is not listed', () => {
  for (const [sampling, more] of [
    [{}, {}],
    [{ rng: 'torch', eta: 0, subseed: 3 }, { scheduler: 'ddim' }],
    [{ eta: 0.3 }, { scheduler: 'tcd' }],
    [
      { eta: 0.5, timesteps: [999, 500] },
      { scheduler: 'euler', steps: 3 },
    ],
    [{ timestepSpacing: 'trailing' }, { scheduler: 'lcm' }],
    [{ timestepSpacing: 'trailing' }, { scheduler: 'dpmpp_2m', sigmas: 'karras' }],
    [{ only: 1, numImages: 4 }, { numImages: 2 }],
  ] as [Sampling, Partial<Settings>][])
    assert.equal(unusualIn(withSampling(sampling, more), 'noise'), [], JSON.stringify([sampling, more]));
});

test('what a file asks for and the engine refuses is listed, and can be left', () => {
  assert.equal(unusualIn(withSampling({ subseed: 3, subseedStrength: -0.5 }), 'noise'), ['variation']);
  for (const [one, extra] of [
    ['tokenMerging', { tokenMergingRatio: -1 }],
    ['guidanceRescale', { guidanceRescale: -1 }],
    ['hires', { hiresStrength: 0.5 }],
    ['guiding', { mimicPercentile: 99 }],
  ] as [Unusual, Extra][]) {
    const asked = { ...DEFAULT_SETTINGS, extra };
    assert.equal(unusualIn(asked, 'more'), [one]);
    assert.equal(unusualIn({ ...asked, ...withoutUnusual(asked, one) }, 'more'), []);
  }
});

test('a sampler that has no sigmas has its timesteps whatever was chosen of those', () => {
  const timesteps = [999, 500];
  const asked = withSampling({ timesteps }, { scheduler: 'lcm', sigmas: 'karras', steps: 2 });
  assert.equal(toRequest(asked, MODEL).timesteps, timesteps);
});

test('so is what is drawn larger, finer or faster', () => {
  const cases: [Unusual, Extra][] = [
    ['hires', { hiresScale: 2, hiresUpscaler: 'lanczos', hiresSteps: 0, hiresStrength: 0.7 }],
    ['hires', { hiresSize: { width: 80, height: 64 } }],
    ['freeu', { freeu: [1.5, 1.6, 0.9, 0.2] }],
    ['saving', SAVINGS.much],
    ['saving', { cacheInterval: 2, cacheBranch: 1 }],
    ['saving', { guidanceInterval: [0.2, 0.8] }],
    ['tokenMerging', { tokenMergingRatio: 0.5 }],
    ['guiding', { mimicScale: 7, mimicPercentile: 99 }],
    ['guiding', { perpendicularNegative: 1 }],
    ['guidanceRescale', { guidanceRescale: 0.7 }],
  ];
  for (const [one, extra] of cases) {
    assert.equal(unusualIn({ ...DEFAULT_SETTINGS, extra }, 'more'), [one]);
    const other: Extra = one === 'freeu' ? { tokenMergingRatio: 0.5 } : { freeu: [1, 1, 1, 0.5] };
    assert.equal(withoutUnusual({ ...DEFAULT_SETTINGS, extra: { ...extra, ...other } }, one), { extra: other });
  }
  const off = { tokenMergingRatio: 0, guidanceRescale: 0, cacheInterval: 1 };
  assert.equal(unusualIn({ ...DEFAULT_SETTINGS, extra: off }, 'more'), []);
});

const scheduleOf = (scheduler: SchedulerName, ...[config, options]: [object, object]): string =>
  JSON.stringify(samplers[scheduler].schedule({ ...CONFIG, ...config }, 8, options));

test('how timesteps are spaced is offered where the schedule then differs, and nowhere else', () => {
  for (const scheduler of SCHEDULERS) {
    for (const sigmas of SIGMAS) {
      if (sigmas !== 'model' && /^(pndm|dd|lcm|tcd)/.test(scheduler)) continue;
      const spaced = TIMESTEP_SPACINGS.map((timestepSpacing) => scheduleOf(scheduler, { timestepSpacing }, { sigmas }));
      assert.is(spacingCounts({ scheduler, sigmas }), new Set(spaced).size > 1, `${scheduler} ${sigmas}`);
    }
  }
});

test('eta is offered where it makes a difference, and begins with what the engine takes for it', () => {
  for (const scheduler of SCHEDULERS) {
    const usual = scheduleOf(scheduler, {}, {});
    assert.is(hasEta(scheduler), usual !== scheduleOf(scheduler, {}, { eta: 0.6 }), scheduler);
    if (hasEta(scheduler)) assert.is(scheduleOf(scheduler, {}, { eta: usualEta(scheduler) }), usual, scheduler);
  }
});

test.run();
