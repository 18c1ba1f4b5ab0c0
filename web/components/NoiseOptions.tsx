/** Where noise comes from and where it goes: variations, whose random numbers, fresh noise, and how timesteps are spaced. */
import type { RandomSource, TimestepSpacing } from '../../workers/api';
import { hasEta, hasSpacing } from '../schedulers';
import { randomSeed, type Sampling } from '../settings';
import { set, settings } from '../state';
import { spacingCounts, type Unusual, unusualIn, usualEta, withoutUnusual } from '../unusual';
import { lateWords, words } from '../words';
import { Choice } from './Choice';
import { NumberField } from './NumberField';
import { SeedRow } from './SeedRow';
import { UnusualRows } from './UnusualRows';

const SOURCES = ['torch', 'philox', 'comfy'] as const satisfies readonly RandomSource[];
const SPACINGS = ['leading', 'linspace', 'trailing'] as const satisfies readonly TimestepSpacing[];

const change = (more: Partial<Sampling>): void => set({ sampling: { ...settings.value.sampling, ...more } });
const leave = (one: Unusual): void => set(withoutUnusual(settings.value, one));

export function NoiseOptions() {
  const late = lateWords();
  const { scheduler, sampling } = settings.value;
  const { rng = 'torch' } = sampling;
  return (
    <div class="fields init">
      <Variation />
      <div>
        <Choice
          {...{ legend: late.rng, name: 'rng', columns: 3, value: rng }}
          options={SOURCES.map((value) => ({ value, label: late.rngs[value] }))}
          onChange={(value) => (value === 'torch' ? leave('rng') : change({ rng: value }))}
        />
        <p class="hint">{late.rngHints[rng]}</p>
      </div>
      {hasEta(scheduler) && <Eta />}
      <Spacing />
      <UnusualRows group="noise" only="only" />
    </div>
  );
}

function Variation() {
  const late = lateWords();
  const { sampling, keepSubseed } = settings.value;
  const { subseed, subseedStrength: strength = 0, ...rest } = sampling;
  const strengthen = (subseedStrength: number): void => {
    // Its seed stays, for who types 0.5 comes by 0.
    const varied = subseedStrength > 0 ? { ...rest, subseed: subseed ?? randomSeed(), subseedStrength } : rest;
    const kept = subseed === undefined ? varied : { ...varied, subseed };
    // Of another seed each time there are no variations.
    set({ sampling: kept, ...(strength === 0 && subseedStrength > 0 ? { keepSeed: true } : {}) });
  };
  return (
    <>
      <div>
        <NumberField
          {...{ label: late.variation, name: 'variation', value: strength }}
          {...{ least: 0, most: 1, step: 0.01, slider: { least: 0, most: 1 } }}
          onChange={strengthen}
        />
        <p class="hint">{late.variationHint}</p>
      </div>
      {strength > 0 && (
        <SeedRow
          {...{ name: 'subseed', label: late.subseed, hint: late.subseedHint, another: late.newSubseed }}
          {...{ keepHint: late.keepSubseedHint, value: subseed ?? 0, kept: keepSubseed }}
          onChange={(value, kept) => set({ sampling: { ...sampling, subseed: value }, keepSubseed: kept })}
        />
      )}
    </>
  );
}

function Eta() {
  const late = lateWords();
  const { scheduler, sampling } = settings.value;
  const usual = usualEta(scheduler);
  return (
    <div>
      <NumberField
        {...{ label: late.eta, name: 'eta', value: sampling.eta ?? usual }}
        {...{ least: 0, most: 1, step: 0.01, slider: { least: 0, most: 1 } }}
        onChange={(eta) => (eta === usual ? leave('eta') : change({ eta }))}
      />
      <p class="hint">{late.etaHint(usual)}</p>
    </div>
  );
}

/** Timesteps that a picture brought are one choice more. */
function Spacing() {
  const said = words();
  const late = lateWords();
  const { sampling, scheduler } = settings.value;
  const given = unusualIn(settings.value, 'noise').includes('timesteps') ? (sampling.timesteps?.join(', ') ?? '') : '';
  if (!given && !spacingCounts(settings.value)) return null;
  const choose = (value: string): void => {
    if (value === 'given') return;
    const { timesteps: _, timestepSpacing: __, ...rest } = sampling;
    set({ sampling: value === 'model' ? rest : { ...rest, timestepSpacing: value as TimestepSpacing } });
  };
  return (
    <div>
      <label class="field">
        <span class="label">{late.timesteps}</span>
        <select
          data-testid="timestep-spacing"
          value={given ? 'given' : (sampling.timestepSpacing ?? 'model')}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="model">{said.modelsOwn}</option>
          {hasSpacing(scheduler) &&
            SPACINGS.map((name) => (
              <option key={name} value={name}>
                {late.spacings[name]}
              </option>
            ))}
          {given && <option value="given">{given}</option>}
        </select>
      </label>
      <p class="hint">{late.timestepsHint}</p>
    </div>
  );
}
