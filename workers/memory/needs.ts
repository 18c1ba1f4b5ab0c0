/** What a model's stages need of the heap, from its manifest; and the form of weights, and the course, that suit a device. */
import type { Checkpoint } from '../../models/checkpoint';
import type { Manifest } from '../../models/manifest';
import { type GraphOptions, segmentNeeds } from '../../models/pack';
import { planModel } from '../../models/planModel';
import type { WeightForm } from '../../models/quantize/weightForm';
import type { StageSize } from '../../models/stage';
import type { ImageRequest } from '../api';
import { nativeSize } from '../model';
import { COURSES, type MemoryMode } from './course';
import { availableHeap, type Device, peakHeap } from './plan';

/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  /** `two-calls` where absent. */
  readonly guidance?: ImageRequest['guidance'];
}

/** Those that text to image opens, the likeliest to be too large first. */
const DRAWN = ['vae_decoder', 'unet', 'text_encoder'] as const;
type DrawnStage = (typeof DRAWN)[number];

const LATENT_PIXELS = 8;

/** The heap that `stage` takes in `segments` segments. `lowering` is the backend's. */
export function stagePeak(
  { description, stages }: Manifest,
  stage: DrawnStage,
  { width, height, guidance }: PictureSize,
  segments = 1,
  lowering: GraphOptions = {},
): number {
  const batch = stage === 'unet' && guidance === 'one-call' ? 2 : 1;
  const size: StageSize = { batch, width: width / LATENT_PIXELS, height: height / LATENT_PIXELS };
  return peakHeap(segmentNeeds(description, stage, size, stages[stage].tensors, segments, lowering));
}

/** The heap after a drawing whose UNet is streamed in so many segments. */
export function drawingPeak(manifest: Manifest, size: PictureSize, segments = 1, lowering: GraphOptions = {}): number {
  return Math.max(...DRAWN.map((stage) => stagePeak(manifest, stage, size, stage === 'unet' ? segments : 1, lowering)));
}

/** In how many segments to stream the UNet: as few as `device` has room for, else as few as give the smallest heap. */
export function segmentsFor(
  manifest: Manifest,
  size: PictureSize,
  device: Device,
  mode: MemoryMode = 'auto',
  lowering: GraphOptions = {},
): number {
  const courses = COURSES[mode];
  if (courses.length === 1) return courses[0]!;
  const peak = (segments: number): number => drawingPeak(manifest, size, segments, lowering);
  const room = availableHeap(device);
  const inRoom = courses.find((segments) => peak(segments) <= room);
  if (inRoom) return inRoom;
  const least = peak(courses.at(-1)!);
  return courses.find((segments) => peak(segments) <= least)!;
}

/** Best first: exact numbers before rounded ones, and eight bits that are streamed before four that are not. */
const BY_QUALITY: readonly { readonly form: WeightForm; readonly courses: readonly number[] }[] = [
  { form: 'exact', courses: [1] },
  { form: 'int8', courses: COURSES.auto },
];

/**
 * How `checkpoint` is packed: as asked, or with `auto` in the best form in which its own size of picture fits `device`
 * (the smallest, where none does).
 */
export function planFor(checkpoint: Checkpoint, asked: WeightForm | 'auto', device: Device): Manifest {
  if (asked !== 'auto') return planModel(checkpoint, asked);
  const side = nativeSize(checkpoint.description);
  const room = availableHeap(device);
  for (const { form, courses } of BY_QUALITY) {
    const plan = planModel(checkpoint, form);
    if (courses.some((segments) => drawingPeak(plan, { width: side, height: side }, segments) <= room)) return plan;
  }
  return planModel(checkpoint, 'int4');
}

export interface SizeForecast {
  readonly peakBytes: number;
  readonly availableBytes: number;
  readonly fits: boolean;
  /** Whether the UNet's weights are streamed so that it does. */
  readonly streamed: boolean;
  /** The largest size of this shape that fits; absent where this one does, or where none does. */
  readonly largest?: PictureSize;
}

export function forecastSize(
  manifest: Manifest,
  size: PictureSize,
  device: Device,
  lowering: GraphOptions = {},
): SizeForecast {
  const segments = segmentsFor(manifest, size, device, 'auto', lowering);
  const peakBytes = drawingPeak(manifest, size, segments, lowering);
  const availableBytes = availableHeap(device);
  const least = COURSES.auto.at(-1)!;
  const fitting = peakBytes <= availableBytes;
  const largest = fitting
    ? undefined
    : firstOf(smaller(size), (one) => drawingPeak(manifest, one, least, lowering) <= availableBytes);
  return { peakBytes, availableBytes, fits: fitting, streamed: segments > 1, ...(largest ? { largest } : {}) };
}

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
  const rounded = (pixels: number): number =>
    Math.max(LATENT_PIXELS, LATENT_PIXELS * Math.round(pixels / LATENT_PIXELS));
  return Array.from({ length: count }, (_, i) => {
    const scale = ((count - i) * STEP_PIXELS) / longer;
    return { width: rounded(width * scale), height: rounded(height * scale) };
  });
}
