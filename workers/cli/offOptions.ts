/** What a picture's file says and `--from` is not to bring: an option with the word `off`, which is as if nobody had said it. */
import type { ImageRequest } from '../api';

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
  const without = <Fields extends object>(all: Fields, names: ReadonlySet<string>): Fields =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.has(name))) as Fields;
  return { values: without(values, new Set(off)), said: without(said, gone) };
}

const isOff = (value: Values[string]): boolean => `${value}` === 'off' || value === true;
