/** An `ImageRequest` out of a file: of the fields that we know, those of the right kind. Ranges are the engine's to check, but of sizes, which are planned for at once. */
import type { ChosenLora, ImageRequest } from '../api';
import { isHiresScale, isSide } from './side';
import { CONTENT_NAMES, RNG_NAMES, SAMPLER_NAMES, SIGMA_NAMES, UPSCALER_NAMES } from './webuiNames';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number';
const chosenLoras: Check = (value) =>
  Array.isArray(value) &&
  value.every((one: Partial<ChosenLora> | null) => {
    const { name, weight, textEncoderWeight = 0 } = one ?? {};
    return text(name) && number(weight) && number(textEncoderWeight);
  });
const numbers: Check = (value) => Array.isArray(value) && value.every(number);
const someNumbers =
  (count: number): Check =>
  (value) =>
    numbers(value) && (value as number[]).length === count;
const twoNumbers = someNumbers(2);
const fourNumbers = someNumbers(4);
const size: Check = (value) => {
  const { width, height } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return isSide(width) && isSide(height);
};
const nameOf =
  (names: object): Check =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(names, value);
/** That of the demo model, which is everywhere; others are files. */
const shippedTinyVae: Check = (value) =>
  typeof value === 'object' && value !== null && 'file' in value && value.file === 'demo';
/** The device's matter, never a picture's; or a file, for which there is no room. */
const never: Check = () => false;

/** Of a schedule: the networks know a thousand. */
const MOST_TIMESTEPS = 1000;

/** A field that is missing here does not compile. */
const FIELDS: Readonly<Record<keyof ImageRequest, Check>> = {
  prompt: text,
  negativePrompt: text,
  seed: number,
  steps: number,
  guidanceScale: number,
  guidanceRescale: number,
  guidanceInterval: twoNumbers,
  mimicScale: number,
  mimicPercentile: number,
  perpendicularNegative: number,
  cacheInterval: number,
  cacheBranch: number,
  tokenMergingRatio: number,
  width: isSide,
  height: isSide,
  scheduler: nameOf(SAMPLER_NAMES),
  sigmas: nameOf(SIGMA_NAMES),
  timestepSpacing: nameOf({ leading: 1, linspace: 1, trailing: 1 }),
  timesteps: (value) => numbers(value) && (value as readonly number[]).length <= MOST_TIMESTEPS,
  eta: number,
  rng: nameOf(RNG_NAMES),
  subseed: number,
  subseedStrength: number,
  numImages: number,
  only: number,
  promptStyle: nameOf({ plain: 1, a1111: 1 }),
  longPrompts: nameOf({ cut: 1, chunks: 1 }),
  clipSkip: number,
  embeddings: never,
  loras: chosenLoras,
  strength: number,
  hiresScale: (value) => number(value) && isHiresScale(value as number),
  hiresSize: size,
  hiresUpscaler: nameOf(UPSCALER_NAMES),
  hiresSteps: number,
  hiresStrength: number,
  maskBlur: number,
  maskedContent: nameOf(CONTENT_NAMES),
  invertMask: (value) => typeof value === 'boolean',
  inpaintPadding: number,
  outpaint: fourNumbers,
  freeu: fourNumbers,
  // Their pictures are not in the file.
  controls: never,
  controlGuess: never,
  ipAdapters: never,
  initImage: never,
  maskImage: never,
  tinyVae: shippedTinyVae,
  previews: never,
  guidance: never,
  memory: never,
};

/** What a file may bring. */
export const BROUGHT_FIELDS: readonly string[] = Object.entries(FIELDS).flatMap(([field, check]) =>
  check === never ? [] : field,
);

/** `given`'s own fields in our order; `strange` are the others, as `name: value`. */
export function checkedRequest(given: object): { fields: Partial<ImageRequest>; strange: string[] } {
  const values = new Map(Object.entries(given));
  const names = Object.keys(FIELDS) as (keyof ImageRequest)[];
  const known = names.filter((name) => values.has(name) && FIELDS[name](values.get(name)));
  const fields = Object.fromEntries(known.map((name) => [name, values.get(name)]));
  for (const name of known) values.delete(name);
  return { fields, strange: [...values].map(([name, value]) => `${name}: ${JSON.stringify(value)}`) };
}
