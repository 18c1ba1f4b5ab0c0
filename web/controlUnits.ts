/** Controls as values: what is asked of the engine by them, and out of what a picture says of its own. */
import type { ChosenControl, ControlPreprocess, ControlRequest, ControlSummary, InitImage } from '../workers/api';
import { CANNY_THRESHOLDS } from '../workers/pictureFile/canny';
import type { SaidControl } from '../workers/pictureFile/saidControls';
import type { Controls, ControlUnit } from './controls';

let last = 0;

/** One to begin with, all of which counts throughout. */
export const freshUnit = (): ControlUnit => ({
  ...{ id: ++last, on: true, model: null, preprocess: 'none' },
  ...{ ...CANNY_THRESHOLDS, weight: 1, start: 0, end: 1 },
});

export const preprocessOf = ({ preprocess, low, high }: ControlUnit): ControlPreprocess | undefined =>
  preprocess === 'none' ? undefined : preprocess === 'canny' ? { type: preprocess, low, high } : { type: preprocess };

/** What is still to be given before it steers; empty where nothing is. */
export function lacking({ model, given }: ControlUnit, kept: readonly ControlSummary[]): ('model' | 'picture')[] {
  return [
    ...(kept.some(({ name }) => name === model) ? [] : (['model'] as const)),
    ...(given ? [] : (['picture'] as const)),
  ];
}

/** What is asked of the engine: of units that are on and lack nothing. `kept`: the models that are here. */
export function requestOf(
  { units, guess }: Pick<Controls, 'units' | 'guess'>,
  kept: readonly ControlSummary[],
): ControlRequest {
  const chosen = units.flatMap((unit): ChosenControl[] => {
    const { on, given, weight, start, end } = unit;
    const model = kept.find(({ name }) => name === unit.model);
    if (!on || !given || !model) return [];
    const preprocess = preprocessOf(unit);
    return [
      {
        ...{ name: model.name, hash: model.hash, image: given.picture, imageName: given.name },
        ...(preprocess ? { preprocess } : {}),
        ...{ weight, end },
        // A T2I-adapter counts from the first step on.
        ...(model.kind === 'adapter' ? {} : { start }),
      },
    ];
  });
  return chosen.length > 0 ? { controls: chosen, ...(guess ? { controlGuess: true } : {}) } : {};
}

/** Units out of what is said of a picture, and what of that is not here. */
export interface FoundUnits {
  readonly units: readonly ControlUnit[];
  /** Models, by name and hash. */
  readonly missing: readonly string[];
  /** Models that have a picture's name here, and other bytes; they are taken. */
  readonly others: readonly string[];
  /** Pictures that are to be given once more, by name. */
  readonly pictures: readonly string[];
}

/**
 * `said` with pictures, where they are at hand, else with those of `before` that have their names. Of a picture that nothing steered those of `before` are
 * switched off, and keep what they have.
 */
export function foundUnits(
  said: readonly (SaidControl & { readonly image?: InitImage })[],
  before: readonly ControlUnit[],
  kept: readonly ControlSummary[],
): FoundUnits {
  if (said.length === 0)
    return { units: before.map((unit) => ({ ...unit, on: false })), missing: [], others: [], pictures: [] };
  const found = said.map((one) => ({ one, ...modelHere(one, kept) }));
  const units = found.map(({ one, model }): ControlUnit => {
    const { image, imageName, preprocess, weight = 1, start = 0, end = 1 } = one;
    const known = before.find(({ given }) => given && given.name === imageName)?.given;
    const given = image ? { name: imageName ?? '', picture: image } : known;
    const thresholds = preprocess?.type === 'canny' ? { low: preprocess.low, high: preprocess.high } : {};
    return {
      ...freshUnit(),
      ...{ model: model?.name ?? one.name, given, preprocess: preprocess?.type ?? 'none', weight, start, end },
      ...thresholds,
      ...(given ? {} : { wanted: imageName ?? '' }),
    };
  });
  return {
    units,
    missing: found.flatMap(({ one: { name, hash }, model }) => (model ? [] : [hash ? `${name} (${hash})` : name])),
    others: found.flatMap(({ one, other }) => (other ? [one.name] : [])),
    pictures: units.flatMap(({ wanted, model }) => (wanted === undefined ? [] : [wanted || `${model}`])),
  };
}

/** Of one that has another's name here the hash tells. */
function modelHere({ name, hash }: SaidControl, kept: readonly ControlSummary[]) {
  const named = kept.find((one) => one.name === name);
  if (hash === undefined || named?.hash === hash) return { model: named, other: false };
  const same = kept.find((one) => one.hash === hash);
  return { model: same ?? named, other: !same && named !== undefined };
}
