/** How guidance is done where its scale is not all there is to say: one of three ways, since they exclude one another. */
import type { Extra } from '../settings';
import { set, settings } from '../state';
import { lateWords } from '../words';
import { Choice } from './Choice';
import { NumberField } from './NumberField';

/** What each begins with: sd-dynamic-thresholding's own, and ComfyUI's. */
const WAYS = {
  plain: {},
  mimic: { mimicScale: 7 },
  perpendicular: { perpendicularNegative: 1 },
} as const satisfies Record<string, Extra>;
type Way = keyof typeof WAYS;

export function Guiding() {
  const late = lateWords();
  const { mimicScale, mimicPercentile = 100, perpendicularNegative, ...rest } = settings.value.extra;
  const { guidanceRescale = 0 } = rest;
  const change = (more: Partial<Extra>): void => set({ extra: { ...settings.value.extra, ...more } });
  const way: Way = mimicScale !== undefined ? 'mimic' : perpendicularNegative !== undefined ? 'perpendicular' : 'plain';
  const choose = (value: string): void => {
    const { guidanceRescale: _, ...others } = rest;
    // What is thresholded is not brought back besides.
    set({ extra: { ...(value === 'mimic' ? others : rest), ...WAYS[value as Way] } });
  };
  return (
    <>
      <Choice
        {...{ legend: late.guiding, name: 'guiding', columns: 3 }}
        value={way}
        options={(Object.keys(WAYS) as Way[]).map((value) => ({ value, label: late.guidings[value] }))}
        onChange={choose}
      />
      <p class="hint">{late.guidingHints[way]}</p>
      {way === 'mimic' && (
        <div class="pair">
          <NumberField
            {...{ label: late.mimicScale, name: 'mimic-scale', value: mimicScale!, least: 0, most: 100, step: 0.5 }}
            onChange={(value) => change({ mimicScale: value })}
          />
          <NumberField
            {...{ label: late.mimicPercentile, name: 'mimic-percentile', value: mimicPercentile }}
            {...{ least: 90, most: 100, step: 0.1 }}
            onChange={(value) => change({ mimicPercentile: value })}
          />
        </div>
      )}
      {way === 'perpendicular' && (
        <NumberField
          {...{ label: late.perpendicularNegative, name: 'perpendicular-negative', value: perpendicularNegative! }}
          {...{ least: 0, most: 100, step: 0.1, slider: { least: 0, most: 4 } }}
          onChange={(value) => change({ perpendicularNegative: value })}
        />
      )}
      {way !== 'mimic' && (
        <NumberField
          {...{ label: late.guidanceRescale, name: 'guidance-rescale', value: guidanceRescale }}
          {...{ least: 0, most: 1, step: 0.05, slider: { least: 0, most: 1 } }}
          onChange={(value) => change({ guidanceRescale: value })}
        />
      )}
    </>
  );
}
