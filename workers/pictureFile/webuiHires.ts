/** A second, larger pass in the words of stable-diffusion-webui's `parameters` text: its "Hires" fields, and "Denoising strength". */
import type { HiresRequest } from '../api';
import { isHiresScale } from './side';
import { DECIMAL, DIGITS, sidesOf } from './webuiForms';
import { UPSCALER_NAMES, upscalerNamed } from './webuiNames';

/** In its order. Nothing where there is one pass. */
export function hiresText(request: HiresRequest): [string, string | number | undefined][] {
  const { hiresScale, hiresSize, hiresUpscaler = 'latent', hiresSteps = 0, hiresStrength = STRENGTH } = request;
  if (hiresScale === undefined && !hiresSize) return [];
  return [
    ['Denoising strength', hiresStrength],
    hiresSize ? ['Hires resize', `${hiresSize.width}x${hiresSize.height}`] : ['Hires upscale', hiresScale],
    ['Hires steps', hiresSteps === 0 ? undefined : hiresSteps],
    ['Hires upscaler', UPSCALER_NAMES[hiresUpscaler]],
  ];
}

/** What is said and was not taken yet. */
export interface Said {
  readonly left: ReadonlyMap<string, string>;
  take(name: string): string | undefined;
  number(name: string, form: RegExp): number | undefined;
}

/** Nothing where it says of no second pass, or of one by an upscaler or of a size that we do not have: then that stays, to be told. */
export function hiresOf({ left, take, number }: Said): HiresRequest {
  // Where one side is 0 it follows the other, which is told like what we do not have.
  const [width, height] = sidesOf(left.get('Hires resize'));
  const hiresUpscaler = upscalerNamed(left.get('Hires upscaler') ?? 'Latent');
  const scale = left.get('Hires upscale') ?? '';
  const scaled = DECIMAL.test(scale) && isHiresScale(Number(scale));
  if ((!(width && height) && !scaled) || !hiresUpscaler) return {};
  const hiresScale = number('Hires upscale', DECIMAL);
  for (const name of ['Hires upscaler', 'Hires resize']) take(name);
  const hiresSteps = number('Hires steps', DIGITS);
  return {
    ...(width && height ? { hiresSize: { width, height } } : { hiresScale: hiresScale ?? 1 }),
    hiresUpscaler,
    ...(hiresSteps === undefined ? {} : { hiresSteps }),
    hiresStrength: number('Denoising strength', DECIMAL) ?? STRENGTH,
  };
}

/** Its own, where none is said. */
const STRENGTH = 0.7;
