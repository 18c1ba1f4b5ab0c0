/** What a picture's file says and `--from` is not to bring: an option with the word `off`, which is as if nobody had said it. */
import { badArgument } from '../../models/commandLine.node';
import type { ImageRequest } from '../api';
import { withoutLoraTags } from '../pictureFile/loraTags';

export const OFF_USAGE = `\
  --no-invert-mask         with --from: draws what the mask marks; and with \`off\` in place of their values are left out what the
                           file says of --hires-scale or --hires-size and all of the second pass, --freeu, --mimic-scale,
                           --perpendicular-negative, --guidance-interval, --cache-interval, --token-merging, --timestep-spacing,
                           --timesteps, --eta, --subseed-strength, --tiny-vae, --lora, --inpaint-padding and --outpaint`;

export const OFF_OPTIONS = { 'no-invert-mask': { type: 'boolean' } } as const;

const SECOND_PASS = ['hiresScale', 'hiresSize', 'hiresUpscaler', 'hiresSteps', 'hiresStrength'] as const;

/** What of a request each stands for. */
const FIELDS = {
  'hires-scale': SECOND_PASS,
  'hires-size': SECOND_PASS,
  freeu: ['freeu'],
  'mimic-scale': ['mimicScale', 'mimicPercentile'],
  'perpendicular-negative': ['perpendicularNegative'],
  'guidance-interval': ['guidanceInterval'],
  'cache-interval': ['cacheInterval', 'cacheBranch'],
  'token-merging': ['tokenMergingRatio'],
  'timestep-spacing': ['timestepSpacing'],
  timesteps: ['timesteps'],
  eta: ['eta'],
  'subseed-strength': ['subseed', 'subseedStrength'],
  'tiny-vae': ['tinyVae'],
  lora: ['loras'],
  'inpaint-padding': ['inpaintPadding'],
  outpaint: ['outpaint'],
  'no-invert-mask': ['invertMask'],
} as const satisfies Readonly<Record<string, readonly (keyof ImageRequest)[]>>;

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** `values` without those that are off, and `said` without what they stand for. */
export function withoutOff<Given extends Values>(
  values: Given,
  said: Partial<ImageRequest> = {},
): { readonly values: Given; readonly said: Partial<ImageRequest> } {
  const off = Object.keys(FIELDS).filter((option) => isOff(values[option])) as (keyof typeof FIELDS)[];
  const gone = new Set<string>(off.flatMap((option) => FIELDS[option]));
  for (const option of Object.keys(FIELDS)) {
    const value = values[option];
    if (Array.isArray(value) && value.length > 1 && value.includes('off'))
      throw badArgument(`--${option}`, 'off, or values', value.join(' and '));
  }
  if (values['invert-mask'] && values['no-invert-mask'])
    throw badArgument('--no-invert-mask', 'one of it and --invert-mask', 'both');
  const without = <Fields extends object>(all: Fields, names: ReadonlySet<string>): Fields =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.has(name))) as Fields;
  const left = without(said, gone);
  // In stable-diffusion-webui's pictures they stand in the prompt alone.
  const prompt = off.includes('lora') && left.prompt !== undefined ? { prompt: withoutLoraTags(left.prompt).text } : {};
  return { values: without(values, new Set(off)), said: { ...left, ...prompt } };
}

const isOff = (value: Values[string]): boolean => `${value}` === 'off' || value === true;
