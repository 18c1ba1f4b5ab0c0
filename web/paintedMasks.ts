/** Where pictures count that a drawing is to be like, as it is painted, a byte a pixel, and as the engine is asked, in RGB. */
import type { ChosenIpAdapter, InitImage, MaskImage } from '../workers/api';
import type { GivenPicture } from './controls';

type Asked = Pick<ChosenIpAdapter, 'masks' | 'maskNames'>;

/** One for each of `given` where any is painted on, white all over for the others; else none. */
export function masksAsked(given: readonly GivenPicture[]): Asked {
  if (given.every(({ mask }) => mask === undefined)) return {};
  return {
    masks: given.map(({ mask }) => (mask ? inRgb(mask) : EVERYWHERE)),
    maskNames: given.map(({ mask, name }) => (mask ? `painted for ${name}` : '')),
  };
}

const EVERYWHERE: InitImage = { width: 8, height: 8, pixels: new Uint8Array(3 * 8 * 8).fill(255) };

const inRgb = ({ width, height, pixels }: MaskImage): InitImage => ({
  ...{ width, height },
  pixels: Uint8Array.from({ length: 3 * pixels.length }, (_, i) => pixels[Math.floor(i / 3)]!),
});

/** The paint of one that was asked for; none where it counts everywhere. */
export function paintOf({ width, height, pixels }: InitImage): Pick<GivenPicture, 'mask'> {
  const mask = { width, height, pixels: Uint8Array.from({ length: width * height }, (_, i) => pixels[3 * i]!) };
  return mask.pixels.every((value) => value === 255) ? {} : { mask };
}
