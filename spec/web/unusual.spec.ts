/** Noise and timesteps on the page: listed where the engine is asked for them and where that makes a difference, as the engine's own schedules have it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SchedulerConfig } from '../../models/sd15';
import { hasEta } from '../../web/schedulers';
import { DEFAULT_SETTINGS, type Sampling, type Settings, toRequest } from '../../web/settings';
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
    assert.equal(unusualIn(withSampling(sampling, more)), [one]);
    const request = toRequest(withSampling(sampling, more), MODEL);
    for (const [field, value] of Object.entries(sampling)) assert.is(request[field as keyof Sampling], value, field);
    const other: Sampling = one === 'rng' ? { eta: 0.5 } : { rng: 'comfy' };
    assert.equal(withoutUnusual({ ...sampling, ...other }, one), other);
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
    assert.equal(unusualIn(withSampling(sampling, more)), [], JSON.stringify([sampling, more]));
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
