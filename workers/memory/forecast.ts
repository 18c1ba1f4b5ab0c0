/** What a drawing of some size will take, said before it is asked for. */
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import type { GraphOptions } from '../../models/pack';
import { leastHeap, type Planned, planDrawing } from './drawingPlan';
import type { PictureSize } from './needs';
import type { Device } from './plan';

export interface SizeForecast {
  readonly peakBytes: number;
  readonly availableBytes: number;
  readonly fits: boolean;
  /** Whether the UNet's weights are streamed so that it does. */
  readonly streamed: boolean;
  /** Whether the picture is decoded in tiles so that it does. */
  readonly tiled: boolean;
  /** The largest size of this shape that fits; absent where this one does, or where none does. */
  readonly largest?: PictureSize;
}

export function forecastSize(
  manifest: Manifest,
  asked: Planned,
  device: Device,
  lowering: GraphOptions = {},
): SizeForecast {
  const { courses, peakBytes, availableBytes } = planDrawing(manifest, asked, device, lowering);
  const fits = peakBytes <= availableBytes;
  const fitting = (one: PictureSize): boolean => leastHeap(manifest, { ...asked, ...one }, lowering) <= availableBytes;
  const largest = fits ? undefined : largestOf(asked, fitting);
  const { segments } = courses.unet;
  const { tile } = courses.vae_decoder;
  return {
    peakBytes,
    availableBytes,
    fits,
    streamed: segments !== undefined,
    tiled: tile !== undefined,
    ...(largest ? { largest } : {}),
  };
}

/** The largest size of about the shape of `asked`, and smaller, that fits. */
export const largestOf = (asked: PictureSize, fitting: (one: PictureSize) => boolean): PictureSize | undefined =>
  firstOf(smaller(asked), fitting);

/** The first of `choices` that is good, where all after a good one are. */
function firstOf<Choice>(choices: readonly Choice[], good: (choice: Choice) => boolean): Choice | undefined {
  let [low, high] = [0, choices.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (good(choices[middle]!)) high = middle;
    else low = middle + 1;
  }
  return choices[low];
}

/** Steps in which a smaller size is looked for, pixels of the longer side. */
const STEP_PIXELS = 64;

/** Sizes of about the same shape, the larger first. */
function smaller({ width, height }: PictureSize): PictureSize[] {
  const longer = Math.max(width, height);
  const count = Math.ceil(longer / STEP_PIXELS) - 1;
  const rounded = (pixels: number): number => Math.max(VAE_FACTOR, VAE_FACTOR * Math.round(pixels / VAE_FACTOR));
  return Array.from({ length: count }, (_, i) => {
    const scale = ((count - i) * STEP_PIXELS) / longer;
    return { width: rounded(width * scale), height: rounded(height * scale) };
  });
}
