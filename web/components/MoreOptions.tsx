/** What few ask for: the picture drawn once more and larger, FreeU, work left out, and other ways of guiding. */
import type { HiresUpscaler, ImageRequest } from '../../workers/api';
import { UPSCALER_NAMES } from '../../workers/pictureFile/webuiNames';
import { init } from '../initPicture';
import type { Extra } from '../settings';
import { modelSize, set, settings } from '../state';
import { lateWords } from '../words';
import { Choice } from './Choice';
import { Faster } from './Faster';
import { Guiding } from './Guiding';
import { NumberField } from './NumberField';

const SCALES = [1.5, 2] as const;
/** stable-diffusion-webui's. */
const BEGUN = { hiresUpscaler: 'latent', hiresSteps: 0, hiresStrength: 0.7 } as const;
/** Of Si et al. 2023's own page. */
const FREEU = { 'SD 1.5': [1.5, 1.6, 0.9, 0.2], 'SD 1.4': [1.3, 1.4, 0.9, 0.2] } as const;
const FACTORS = ['b1', 'b2', 's1', 's2'] as const;

const change = (more: Partial<Extra>): void => set({ extra: { ...settings.value.extra, ...more } });

export function MoreOptions() {
  return (
    <div class="fields init">
      <Larger />
      <Freed />
      <Faster />
      <Guiding />
    </div>
  );
}

function Larger() {
  const late = lateWords();
  const { extra, size } = settings.value;
  const { hiresScale, hiresSize, hiresUpscaler = 'latent', hiresSteps = 0, hiresStrength = 0.7 } = extra;
  const { width, height } = size ?? modelSize();
  const down = (pixels: number): number => 8 * Math.floor((pixels * (hiresScale ?? 1)) / 8);
  const last = hiresSize ?? { width: down(width), height: down(height) };
  const on = hiresScale !== undefined || hiresSize !== undefined;
  const choose = (value: string): void => {
    const { hiresScale: _, hiresSize: __, hiresUpscaler: ___, hiresSteps: ____, hiresStrength: _____, ...rest } = extra;
    // A size of a picture that was taken up goes when a scale is chosen.
    const { hiresSize: ______, ...sized } = extra;
    set({ extra: value === 'off' ? rest : { ...BEGUN, ...sized, hiresScale: Number(value) } });
  };
  return (
    <>
      <Choice
        {...{ legend: late.hires, name: 'hires', columns: 3 }}
        value={on ? `${hiresScale}` : 'off'}
        options={[
          { value: 'off', label: late.hiresOff },
          ...SCALES.map((scale) => ({ value: `${scale}`, label: late.times(scale) })),
        ]}
        onChange={choose}
      />
      {on && (
        <>
          <p class="hint" data-testid="hires-size">
            {init.value ? late.hiresNot : late.hiresTo(last.width, last.height)}
          </p>
          <div class="pair">
            <NumberField
              {...{ label: late.hiresScale, name: 'hires-scale', value: hiresScale ?? 1 }}
              {...{ least: 1, most: 8, step: 0.05 }}
              onChange={(scale) => choose(`${scale}`)}
            />
            <NumberField
              {...{ label: late.hiresSteps, name: 'hires-steps', value: hiresSteps, least: 0, most: 1000 }}
              onChange={(steps) => change({ hiresSteps: steps })}
            />
          </div>
          <label class="field">
            <span class="label">{late.hiresUpscaler}</span>
            <select
              data-testid="hires-upscaler"
              value={hiresUpscaler}
              onChange={(event) => change({ hiresUpscaler: event.currentTarget.value as HiresUpscaler })}
            >
              {Object.entries(UPSCALER_NAMES).map(([name, label]) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <NumberField
            {...{ label: late.hiresStrength, name: 'hires-strength', value: hiresStrength }}
            {...{ least: 0.05, most: 1, step: 0.05, slider: { least: 0.05, most: 1 } }}
            onChange={(strength) => change({ hiresStrength: strength })}
          />
        </>
      )}
    </>
  );
}

type FreeU = NonNullable<ImageRequest['freeu']>;

function Freed() {
  const late = lateWords();
  const { freeu } = settings.value.extra;
  const preset = Object.entries(FREEU).find(([, factors]) => `${factors}` === `${freeu}`)?.[0];
  const choose = (value: string): void => {
    const { freeu: _, ...rest } = settings.value.extra;
    set({ extra: value === 'off' ? rest : { ...rest, freeu: FREEU[value as keyof typeof FREEU] } });
  };
  return (
    <>
      <Choice
        {...{ legend: late.freeu, name: 'freeu', columns: 3 }}
        value={freeu ? (preset ?? '') : 'off'}
        options={[
          { value: 'off', label: late.hiresOff },
          ...Object.keys(FREEU).map((model) => ({ value: model, label: model })),
        ]}
        onChange={choose}
      />
      <p class="hint">{late.freeuHint}</p>
      {freeu && (
        <div class="pair">
          {FACTORS.map((factor, i) => (
            <NumberField
              key={factor}
              {...{ label: factor, name: `freeu-${factor}`, value: freeu[i]!, least: 0.05, most: 4, step: 0.05 }}
              onChange={(value) =>
                change({ freeu: freeu.map((each, at) => (at === i ? value : each)) as never as FreeU })
              }
            />
          ))}
        </div>
      )}
    </>
  );
}
