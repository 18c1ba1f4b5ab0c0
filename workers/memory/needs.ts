/** What a model's stages need of the heap, from its manifest; and the form of weights that suits a device. */
import type { Checkpoint } from '../../models/checkpoint';
import type { Manifest } from '../../models/manifest';
import { stageValueBytes } from '../../models/pack';
import { planModel } from '../../models/planModel';
import type { WeightForm } from '../../models/quantize/weightForm';
import type { StageSize } from '../../models/stage';
import { nativeSize } from '../model';
import { availableHeap, type Device, firstThatFits, peakHeap, type StageNeed } from './plan';

/** Those that text to image opens. */
const DRAWN = ['text_encoder', 'unet', 'vae_decoder'] as const;

/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const LATENT_PIXELS = 8;

export function stageNeeds({ description, stages }: Manifest, { width, height }: PictureSize): StageNeed[] {
  const size: StageSize = { batch: 1, width: width / LATENT_PIXELS, height: height / LATENT_PIXELS };
  return DRAWN.map((stage) => {
    const { bytes, tensors } = stages[stage];
    return { weights: bytes, values: stageValueBytes(description, stage, size, tensors) };
  });
}

/** Best first: the checkpoint's own numbers, then eight bits, then four. */
const BY_QUALITY = ['exact', 'int8', 'int4'] as const satisfies readonly WeightForm[];

/**
 * How `checkpoint` is packed: as asked, or with `auto` in the best form in which its own size of picture fits `device`
 * (the smallest, where none does).
 */
export function planFor(checkpoint: Checkpoint, asked: WeightForm | 'auto', device: Device): Manifest {
  if (asked !== 'auto') return planModel(checkpoint, asked);
  const side = nativeSize(checkpoint.description);
  const plans = BY_QUALITY.map((form) => planModel(checkpoint, form));
  return firstThatFits(plans, (plan) => stageNeeds(plan, { width: side, height: side }), device) ?? plans.at(-1)!;
}

export interface SizeForecast {
  readonly peakBytes: number;
  readonly availableBytes: number;
  readonly fits: boolean;
  /** The largest size of this shape that fits; absent where this one does, or where none does. */
  readonly largest?: PictureSize;
}

/** Steps in which a smaller size is looked for, pixels of the longer side. */
const STEP_PIXELS = 64;

export function forecastSize(manifest: Manifest, size: PictureSize, device: Device): SizeForecast {
  const peakBytes = peakHeap(stageNeeds(manifest, size));
  const availableBytes = availableHeap(device);
  const fits = peakBytes <= availableBytes;
  const largest = fits ? undefined : firstThatFits(smaller(size), (one) => stageNeeds(manifest, one), device);
  return { peakBytes, availableBytes, fits, ...(largest ? { largest } : {}) };
}

/** Sizes of about the same shape, the larger first. */
function smaller({ width, height }: PictureSize): PictureSize[] {
  const longer = Math.max(width, height);
  const count = Math.ceil(longer / STEP_PIXELS) - 1;
  const rounded = (pixels: number): number =>
    Math.max(LATENT_PIXELS, LATENT_PIXELS * Math.round(pixels / LATENT_PIXELS));
  return Array.from({ length: count }, (_, i) => {
    const scale = ((count - i) * STEP_PIXELS) / longer;
    return { width: rounded(width * scale), height: rounded(height * scale) };
  });
}
