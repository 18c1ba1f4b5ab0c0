/** How a drawing is made on a device: decided before anything is opened. */
import { CONSTANT_BYTES } from '../../models/graph/onnx/graphBuilder';
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import type { GraphOptions } from '../../models/pack';
import type { ImageRequest } from '../api';
import { COURSES, type Course, type Courses, LOW_HEAP_BYTES } from './course';
import { type Batch, Needs, type PictureSize } from './needs';
import { availableHeap, type Device } from './plan';

export interface DrawingPlan {
  readonly courses: Courses;
  readonly guidance: Guidance;
  /** Bytes that the heap will have grown to: stages run one after another in one heap that never shrinks. */
  readonly peakBytes: number;
  readonly availableBytes: number;
}

type Guidance = 'one-call' | 'two-calls';

/** What is to be drawn, as far as it matters here. */
export type Planned = PictureSize & Partial<Pick<ImageRequest, 'guidance' | 'memory'>>;

/**
 * Weights that stay narrow are widened in every call, which over few pixels takes longer than the products themselves:
 * one call for both passes then takes hardly longer than one for each (`npm run bench -- sd15 --only unet-256`). Fresh
 * buffers, too, take their time where there are few pixels. At 512 × 512 a lean UNet is as fast as another and a lean
 * decoder a tenth slower, and both get along with half of the memory: larger pictures are always lean.
 */
const FEW_PIXELS = 320 * 320;

const hasFewPixels = ({ width, height }: PictureSize): boolean => width * height <= FEW_PIXELS;

/** For each stage the best way there is room for, or that `low` allows; else the one that takes the least. `lowering` is the backend's. */
export function planDrawing(
  manifest: Manifest,
  asked: Planned,
  device: Device,
  lowering: GraphOptions = {},
): DrawingPlan {
  const needs = new Needs(manifest, asked, lowering);
  const availableBytes = availableHeap(device);
  const { memory = 'auto' } = asked;
  const enough = memory === 'low' ? Math.min(availableBytes, LOW_HEAP_BYTES) : availableBytes;
  const choose = <Way>(ways: readonly Way[], peak: (way: Way) => number): { way: Way; peak: number } => {
    const fitting = ways.find((way) => peak(way) <= enough);
    const way = fitting ?? ways.reduce((least, next) => (peak(next) < peak(least) ? next : least));
    return { way, peak: peak(way) };
  };
  const text = choose(COURSES[memory].text_encoder, (course) => needs.stage('text_encoder', course));
  const unet = choose(unetWays(manifest, asked), (way) => needs.stage('unet', way.course, batchOf(way.guidance)));
  const decoder = choose(decoderWays(asked), (course) => needs.decoder(course, unet.peak));
  return {
    courses: { text_encoder: text.way, unet: unet.way.course, vae_decoder: decoder.way },
    guidance: unet.way.guidance,
    peakBytes: Math.max(text.peak, unet.peak, decoder.peak),
    availableBytes,
  };
}

interface UnetWay {
  readonly course: Course;
  readonly guidance: Guidance;
}

/** A streamed UNet gets two calls, which take the least memory. */
function unetWays(manifest: Manifest, asked: Planned): UnetWay[] {
  const { guidance = 'auto' } = asked;
  const together = hasFewPixels(asked) && manifest.stages.unet.bytes > CONSTANT_BYTES;
  return coursesOf('unet', asked).flatMap((course): UnetWay[] => {
    if (guidance !== 'auto') return [{ course, guidance }];
    const apart: UnetWay = { course, guidance: 'two-calls' };
    return together && !course.segments ? [{ course, guidance: 'one-call' }, apart] : [apart];
  });
}

const batchOf = (guidance: Guidance): Batch => (guidance === 'one-call' ? 2 : 1);

/** A tile that holds the whole picture is none. */
const decoderWays = (asked: Planned): Course[] =>
  coursesOf('vae_decoder', asked).filter(({ tile = 0 }) => VAE_FACTOR * tile < Math.max(asked.width, asked.height));

const coursesOf = (stage: 'unet' | 'vae_decoder', asked: Planned): Course[] =>
  COURSES[asked.memory ?? 'auto'][stage].filter(({ lean }) => lean || hasFewPixels(asked));
