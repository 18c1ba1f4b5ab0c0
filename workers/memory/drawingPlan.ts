/** How a drawing is made on a device: decided before anything is opened. */
import { CONSTANT_BYTES } from '../../models/graph/onnx/graphBuilder';
import type { Manifest } from '../../models/manifest';
import type { GraphOptions } from '../../models/pack';
import type { ImageRequest } from '../api';
import { COURSES, type Course, type MemoryMode } from './course';
import { type Batch, Needs, type PictureSize } from './needs';
import { availableHeap, type Device } from './plan';

export interface DrawingPlan {
  readonly course: Course;
  readonly guidance: 'one-call' | 'two-calls';
  /** Bytes that the heap will have grown to. */
  readonly peakBytes: number;
  readonly availableBytes: number;
}

/** What is to be drawn, as far as it matters here. */
export type Planned = PictureSize & Partial<Pick<ImageRequest, 'guidance'>>;

/**
 * Weights that stay narrow are widened in every call, which over few pixels takes longer than the products themselves:
 * one call for both passes then takes hardly longer than one for each (`npm run bench -- sd15 --only unet-256`).
 */
const MOST_PIXELS = 320 * 320;

/** The best way there is room for; else the one that takes the least. `lowering` is the backend's. */
export function planDrawing(
  manifest: Manifest,
  asked: Planned,
  device: Device,
  mode: MemoryMode = 'auto',
  lowering: GraphOptions = {},
): DrawingPlan {
  const needs = new Needs(manifest, asked, lowering);
  const availableBytes = availableHeap(device);
  const peak = ({ course, guidance }: Way): number => needs.drawing(course, batchOf(guidance));
  const ways = waysOf(manifest, asked, mode);
  const way = ways.find((one) => peak(one) <= availableBytes) ?? leastOf(ways, peak);
  return { ...way, peakBytes: peak(way), availableBytes };
}

/** The first of the least. */
const leastOf = (ways: readonly Way[], peak: (way: Way) => number): Way =>
  ways.reduce((least, way) => (peak(way) < peak(least) ? way : least));

type Way = Pick<DrawingPlan, 'course' | 'guidance'>;

/** Best first. A streamed UNet gets two calls, which take the least memory. */
function waysOf(manifest: Manifest, { width, height, guidance = 'auto' }: Planned, mode: MemoryMode): Way[] {
  const together = width * height <= MOST_PIXELS && manifest.stages.unet.bytes > CONSTANT_BYTES;
  return COURSES[mode].flatMap((course): Way[] => {
    if (guidance !== 'auto') return [{ course, guidance }];
    const apart: Way = { course, guidance: 'two-calls' };
    return together && course.segments === 1 ? [{ course, guidance: 'one-call' }, apart] : [apart];
  });
}

const batchOf = (guidance: DrawingPlan['guidance']): Batch => (guidance === 'one-call' ? 2 : 1);
