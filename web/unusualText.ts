/** What few set, in words. */
import { type Settings, savingOf } from './settings';
import type { Unusual } from './unusual';
import { lateWords } from './words';

/** So many timesteps are said; more are as long as a schedule. */
const SAID = 8;

/** What `one` is called, and how it is set. */
export function unusualText(one: Unusual, { sampling, extra, keepSubseed }: Settings): [name: string, value: string] {
  const late = lateWords();
  const { rng = 'torch', eta, subseed, subseedStrength = 0, timestepSpacing = 'leading', ...rest } = sampling;
  const { timesteps = [], only = 0, numImages = 1 } = rest;
  const { hiresScale, hiresSize: size, freeu = [], tokenMergingRatio, guidanceRescale, mimicScale } = extra;
  const saving = savingOf(extra);
  switch (one) {
    case 'rng':
      return [late.rng, late.rngs[rng]];
    case 'variation':
      return [late.variation, late.variationOf(subseedStrength, keepSubseed ? subseed : undefined)];
    case 'eta':
      return [late.eta, `${eta}`];
    case 'timestepSpacing':
      return [late.timesteps, late.spacings[timestepSpacing]];
    case 'timesteps':
      return [
        late.timesteps,
        timesteps.length > SAID
          ? `${timesteps.slice(0, SAID).join(', ')} … (${timesteps.length})`
          : timesteps.join(', '),
      ];
    case 'only':
      return [late.batch, late.placeIn(only + 1, numImages)];
    case 'hires':
      return [late.hires, size ? `${size.width} × ${size.height}` : late.times(hiresScale ?? 1)];
    case 'freeu':
      return [late.freeu, freeu.join(', ')];
    case 'saving':
      return [late.faster, saving === '' ? late.savingOwn(extra) : late.savings[saving]];
    case 'tokenMerging':
      return [late.tokenMerging, `${tokenMergingRatio}`];
    case 'guiding':
      return [late.guiding, late.guidings[mimicScale === undefined ? 'perpendicular' : 'mimic']];
    case 'guidanceRescale':
      return [late.guidanceRescale, `${guidanceRescale}`];
  }
}
