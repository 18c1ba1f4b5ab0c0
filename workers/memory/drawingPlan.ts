/** How a drawing is made on a device: decided before anything is opened. */
import { CONSTANT_BYTES } from '../../models/graph/onnx/graphBuilder';
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import type { GraphOptions } from '../../models/pack';
import type { ImageRequest } from '../api';
import { guessesBy, unlikePasses } from '../unlikePasses';
import { AMPLE_HEAP_BYTES, COURSES, type Course, type Courses, LOW_HEAP_BYTES } from './course';
import { type Batch, type DrawnSize, Needs, type PictureSize } from './needs';
import { availableHeap, type Device } from './plan';

export interface DrawingPlan {
  readonly courses: Courses;
  readonly guidance: Guidance;
  /** Bytes that the heap will have grown to: stages run one after another in one heap that never shrinks. */
  readonly peakBytes: number;
  readonly availableBytes: number;
}

export type Guidance = 'one-call' | 'two-calls';

/** Whether the passes of a step cannot be computed in one call. */
export const areUnlike = (asked: Planned): boolean =>
  unlikePasses(asked) !== undefined || guessesBy(asked.steering ?? []);

/** What is to be drawn, as far as it matters here. */
export type Planned = DrawnSize &
  Partial<Pick<ImageRequest, 'guidance' | 'memory' | 'guidanceInterval' | 'perpendicularNegative'>> & {
    /** Bytes of what makes previews, beside the UNet. */
    readonly beside?: number | undefined;
    /** Bytes of ONNX Runtime's heap after what is run and closed before the UNet, where that is no part of the model. */
    readonly before?: number;
    /** There where it begins from a picture, which is encoded. */
    readonly initImage?: unknown;
  };

/**
 * Weights that stay narrow are widened in every call, which over few pixels takes longer than the products themselves:
 * one call for both passes then takes hardly longer than one for each (`npm run bench -- sd15 --only unet-256`). Fresh
 * buffers, too, take their time where there are few pixels. At 512 × 512 a lean UNet is as fast as another and a lean
 * decoder a tenth slower, and both get along with half of the memory: larger pictures are always lean.
 */
const FEW_PIXELS = 320 * 320;

const hasFewPixels = ({ width, height }: PictureSize): boolean => width * height <= FEW_PIXELS;

/**
 * For each stage the fastest way that is not wasteful and that there is room for, or that `low` allows; else the one that
 * takes the least. `lowering` is the backend's.
 */
export function planDrawing(
  manifest: Manifest,
  asked: Planned,
  device: Device,
  lowering: GraphOptions = {},
): DrawingPlan {
  const needs = new Needs(manifest, asked, lowering);
  const availableBytes = availableHeap(device);
  const choose = chooser(asked, availableBytes);
  const textPeak = ({ course }: Way): number => needs.stage('text_encoder', course);
  const text = choose(textWays(asked), textPeak);
  const { beside = 0, before = 0 } = asked;
  const unetPeak = (way: UnetWay): number => needs.stage('unet', way.course, batchOf(way.guidance)) + beside;
  const unet = choose(unetWays(manifest, asked), unetPeak);
  const decoderPeak = ({ course }: Way): number => needs.decoder(course, unetPeak(unet));
  const decoder = choose(vaeWays(asked), decoderPeak);
  const encoderPeak = ({ course }: Way): number => needs.stage('vae_encoder', course);
  const encoder = asked.initImage ? choose(vaeWays(asked), encoderPeak) : undefined;
  return {
    courses: {
      ...{ text_encoder: text.course, unet: unet.course, vae_decoder: decoder.course },
      ...(encoder ? { vae_encoder: encoder.course } : {}),
    },
    guidance: unet.guidance,
    peakBytes: Math.max(
      ...[before, textPeak(text), unetPeak(unet), decoderPeak(decoder)],
      encoder ? encoderPeak(encoder) : 0,
    ),
    availableBytes,
  };
}

/** Chooses of `ways`, the best of which come first, by what each makes the heap grow to. */
export function chooser({ memory }: Planned, availableBytes: number) {
  const enough = memory === 'low' ? Math.min(availableBytes, LOW_HEAP_BYTES) : availableBytes;
  return <One extends Way>(ways: readonly One[], peak: (way: One) => number): One => {
    const inOneGo = ways.filter(({ course: { segments, tile } }) => !segments && !tile);
    return (
      inOneGo.find((way) => peak(way) <= Math.min(enough, AMPLE_HEAP_BYTES)) ??
      ways.find((way) => peak(way) <= enough) ??
      ways.reduce((least, next) => (peak(next) < peak(least) ? next : least))
    );
  };
}

/** The heap after a drawing in which every stage goes the way that takes the least of those that `asked` leaves. */
export function leastHeap(manifest: Manifest, asked: Planned, lowering: GraphOptions = {}): number {
  const needs = new Needs(manifest, asked, lowering);
  // Only the last: each way takes a graph to work out.
  const last = unetWays(manifest, asked).at(-1)!;
  const unet = needs.stage('unet', last.course, batchOf(last.guidance)) + (asked.beside ?? 0);
  const text = needs.stage('text_encoder', textWays(asked).at(-1)!.course);
  const { course } = vaeWays(asked).at(-1)!;
  const encoder = asked.initImage ? needs.stage('vae_encoder', course) : 0;
  return Math.max(asked.before ?? 0, encoder, text, unet, needs.decoder(course, unet));
}

export interface Way {
  readonly course: Course;
}

export interface UnetWay extends Way {
  readonly guidance: Guidance;
}

const textWays = ({ memory = 'auto' }: Planned): Way[] => COURSES[memory].text_encoder.map((course) => ({ course }));

/** The fastest first; a streamed UNet gets two calls, which take the least memory. */
function unetWays(manifest: Manifest, asked: Planned): UnetWay[] {
  const { guidance = 'auto' } = asked;
  const courses = coursesOf('unet', asked);
  const calls = (one: Guidance): UnetWay[] => courses.map((course) => ({ course, guidance: one }));
  if (guidance !== 'auto') return calls(guidance);
  const together = !areUnlike(asked) && hasFewPixels(asked) && manifest.stages.unet.bytes > CONSTANT_BYTES;
  const inOneCall = calls('one-call').filter(({ course }) => together && !course.segments);
  return [...inOneCall, ...calls('two-calls')];
}

export const batchOf = (guidance: Guidance): Batch => (guidance === 'one-call' ? 2 : 1);

/** Of its decoder, and of its encoder. A tile that holds the whole picture is none. */
export const vaeWays = (asked: Planned): Way[] =>
  coursesOf('vae_decoder', asked)
    .filter(({ tile = 0 }) => VAE_FACTOR * tile < Math.max(asked.width, asked.height))
    .map((course) => ({ course }));

const coursesOf = (stage: 'unet' | 'vae_decoder', asked: Planned): Course[] =>
  COURSES[asked.memory ?? 'auto'][stage].filter(({ lean }) => lean || hasFewPixels(asked));
