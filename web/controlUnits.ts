/** Controls as values: what is asked of the engine by them, and out of what a picture says of its own. */
import type { ChosenControl, ChosenIpAdapter, ControlPreprocess, ControlSummary, InitImage } from '../workers/api';
import { CANNY_THRESHOLDS } from '../workers/pictureFile/canny';
import type { SaidControl } from '../workers/pictureFile/saidControls';
import type { SaidIpAdapter } from '../workers/pictureFile/saidIpAdapters';
import type { AskedControls, Controls, ControlUnit, GivenPicture } from './controls';
import { masksAsked, paintOf } from './paintedMasks';

let last = 0;

/** One to begin with, all of which counts throughout. */
export const freshUnit = (): ControlUnit => ({
  ...{ id: ++last, on: true, model: null, given: [], wanted: [], preprocess: 'none' },
  ...{ ...CANNY_THRESHOLDS, weight: 1, start: 0, end: 1 },
});

export const preprocessOf = ({ preprocess, low, high }: ControlUnit): ControlPreprocess | undefined =>
  preprocess === 'none' ? undefined : preprocess === 'canny' ? { type: preprocess, low, high } : { type: preprocess };

type Kept = readonly ControlSummary[];

/** Those that a control may have: image encoders only see for others. */
export const modelsAmong = (kept: Kept): ControlSummary[] => kept.filter(({ kind }) => kind !== 'image-encoder');

export const modelOf = ({ model }: Pick<ControlUnit, 'model'>, kept: Kept): ControlSummary | undefined =>
  modelsAmong(kept).find(({ name }) => name === model);

/** Image encoders that make what an IP-Adapter sees. */
export const encodersFor = (adapter: ControlSummary | undefined, kept: Kept): ControlSummary[] => {
  const { sees } = adapter ?? {};
  return sees ? kept.filter(({ makes }) => makes?.[sees.features] === sees.width) : [];
};

/** The one that sees for it. */
export function encoderOf(unit: Pick<ControlUnit, 'model' | 'encoder'>, kept: Kept): ControlSummary | undefined {
  const fitting = encodersFor(modelOf(unit, kept), kept);
  return fitting.find(({ name }) => name === unit.encoder) ?? fitting[0];
}

/** What is still to be given before it steers; empty where nothing is. */
export function lacking(unit: ControlUnit, kept: Kept): ('model' | 'encoder' | 'picture')[] {
  const model = modelOf(unit, kept);
  return [
    ...(model ? [] : (['model'] as const)),
    ...(model?.kind === 'ip-adapter' && !encoderOf(unit, kept) ? (['encoder'] as const) : []),
    ...(unit.given.length > 0 ? [] : (['picture'] as const)),
  ];
}

/** What is asked of the engine: of units that are on and lack nothing. `kept`: the models that are here. */
export function requestOf({ units, guess }: Pick<Controls, 'units' | 'guess'>, kept: Kept): AskedControls {
  const whole = units.filter((unit) => unit.on && lacking(unit, kept).length === 0);
  const chosen = whole.map((unit) => ({ unit, model: modelOf(unit, kept)! }));
  const controls = chosen.flatMap(({ unit, model }): ChosenControl[] => {
    if (model.kind === 'ip-adapter') return [];
    const { weight, start, end } = unit;
    const [given] = unit.given;
    const preprocess = preprocessOf(unit);
    return [
      {
        ...{ name: model.name, hash: model.hash, image: given!.picture, imageName: given!.name },
        ...(preprocess ? { preprocess } : {}),
        ...{ weight, end },
        // A T2I-adapter counts from the first step on.
        ...(model.kind === 'adapter' ? {} : { start }),
      },
    ];
  });
  const ipAdapters = chosen.flatMap(({ unit, model }): ChosenIpAdapter[] => {
    if (model.kind !== 'ip-adapter') return [];
    const { given, weight: scale, start, end } = unit;
    const [images, imageNames] = [given.map(({ picture }) => picture), given.map(({ name }) => name)];
    const encoder = encoderOf(unit, kept)!.name;
    const seen = { images, imageNames, ...masksAsked(given) };
    return [{ ...{ name: model.name, hash: model.hash, encoder, ...seen }, ...{ scale, start, end } }];
  });
  return {
    ...(controls.length > 0 ? { controls, ...(guess ? { controlGuess: true } : {}) } : {}),
    ...(ipAdapters.length > 0 ? { ipAdapters } : {}),
  };
}

/** What is said of a picture, with those that steered it where they are at hand. */
export interface SaidUnits {
  readonly controls?: readonly (SaidControl & { readonly image?: InitImage })[] | undefined;
  readonly ipAdapters?:
    | readonly (Omit<SaidIpAdapter, 'images'> &
        Pick<ChosenIpAdapter, 'masks'> & { readonly images: number | readonly InitImage[] })[]
    | undefined;
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
  /** Pictures, by name, of which it is to be painted once more where they count. */
  readonly masks: readonly string[];
}

/**
 * `said` with pictures, where they are at hand, else with those of `before` that have their names. Of a picture that nothing steered those of `before` are
 * switched off, and keep what they have.
 */
export function foundUnits(
  { controls = [], ipAdapters = [] }: SaidUnits,
  before: readonly ControlUnit[],
  kept: Kept,
): FoundUnits {
  if (controls.length + ipAdapters.length === 0)
    return { units: before.map((unit) => ({ ...unit, on: false })), missing: [], others: [], pictures: [], masks: [] };
  const known = before.flatMap(({ given }) => given);
  const found = [
    ...controls.map((one) => {
      const { preprocess, weight = 1, image, imageName = '' } = one;
      const thresholds = preprocess?.type === 'canny' ? { low: preprocess.low, high: preprocess.high } : {};
      const how = { preprocess: preprocess?.type ?? ('none' as const), weight, ...thresholds };
      const pictures = picturesOf([imageName], image && [image], known);
      return { one, how, pictures, encoders: [] as string[], masks: [] as string[] };
    }),
    ...ipAdapters.map((one) => {
      const { images, imageNames = [], masks, maskNames, scale: weight = 1, encoder } = one;
      const count = typeof images === 'number' ? images : images.length;
      const names = Array.from({ length: count }, (_, i) => imageNames[i] ?? '');
      const pictures = picturesOf(names, typeof images === 'number' ? undefined : images, known, masks, maskNames);
      // Where none has a name any may be meant.
      const masked = names.filter((_, i) => maskNames && (maskNames[i] || maskNames.every((mask) => mask === '')));
      const painted = pictures.given.flatMap(({ name, mask }) => (mask ? [name] : []));
      const unpainted = masks ? [] : masked.filter((name) => !painted.includes(name));
      const encoders = encoder === undefined ? [] : [encoder];
      return { one, how: { weight, encoder }, pictures, encoders, masks: unpainted };
    }),
  ].map((each) => ({ ...each, ...modelHere(each.one, kept) }));
  const units = found.map(({ one: { name, start = 0, end = 1 }, how, pictures, model }): ControlUnit => {
    return { ...freshUnit(), ...how, ...pictures, model: model?.name ?? name, start, end };
  });
  return {
    units,
    missing: found.flatMap(({ one: { name, hash }, model, encoders }) => [
      ...(model ? [] : [hash ? `${name} (${hash})` : name]),
      ...(model && encodersFor(model, kept).length === 0 ? encoders : []),
    ]),
    others: found.flatMap(({ one, other }) => (other ? [one.name] : [])),
    pictures: units.flatMap(({ wanted, model }) => wanted.map((name) => name || `${model}`)),
    masks: found.flatMap(({ masks, one: { name } }) => masks.map((picture) => picture || name)),
  };
}

/** Those called `names`: `images` themselves with `masks`, or as they are `known`, painted where masks are said; and what of them is not at hand. */
function picturesOf(
  names: readonly string[],
  images: readonly InitImage[] | undefined,
  known: readonly GivenPicture[],
  masks?: readonly InitImage[],
  maskNames?: readonly string[],
): Pick<ControlUnit, 'given' | 'wanted'> {
  const found = names.map((name, i) => {
    const picture = images?.[i];
    if (picture) return { name, picture, ...(masks?.[i] ? paintOf(masks[i]) : {}) };
    const its = known.find((one) => one.name === name);
    return its && (maskNames ? its : { name, picture: its.picture });
  });
  return { given: found.flatMap((one) => one ?? []), wanted: names.filter((_, i) => !found[i]) };
}

/** Of one that has another's name here the hash tells. */
function modelHere({ name, hash }: { readonly name: string; readonly hash?: string }, kept: Kept) {
  const models = modelsAmong(kept);
  const named = models.find((one) => one.name === name);
  if (hash === undefined || named?.hash === hash) return { model: named, other: false };
  const same = models.find((one) => one.hash === hash);
  return { model: same ?? named, other: !same && named !== undefined };
}
