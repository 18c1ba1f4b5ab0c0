/**
 * "fill" of stable-diffusion-webui 1.10 (`fill` in its modules/masking.py): where the mask says anew stand the colors around it, blurred the
 * wider the farther in.
 */
import { composited, keptOf, rgbOf, unmultiplied } from './alpha';
import { gaussianBlur } from './gaussianBlur';

/** Radius, and how often what is blurred by it is laid on top. */
const LAYERS = [
  [256, 1],
  [64, 1],
  [16, 2],
  [4, 4],
  [2, 2],
  [0, 1],
] as const;

/** `pixels` RGB, `mask` a byte a pixel, both `[height, width]`. */
export function filled(
  pixels: Uint8Array,
  mask: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const kept = keptOf(pixels, mask);
  let all: Uint8Array = new Uint8Array(kept.length);
  for (const [radius, times] of LAYERS) {
    const layer = unmultiplied(gaussianBlur(kept, { width, height, channels: 4 }, radius));
    for (let i = 0; i < times; i++) all = composited(all, layer);
  }
  return rgbOf(all);
}
