/** What a model's stages need of the heap, from its manifest, before anything is opened. */
import type { HeapNeed } from '../../models/graph/onnx/graphBuilder';
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import { type GraphOptions, segmentNeeds } from '../../models/pack';
import { tileSize } from '../tiles';
import type { Course, DrawnStage } from './course';
import { peakHeap } from './plan';

/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The same with what the UNet is shown: hidden states, 77 by default. */
export interface DrawnSize extends PictureSize {
  readonly tokens?: number | undefined;
}

/** Pictures that go through the UNet in one call: 2 are both passes of a guided step. */
export type Batch = 1 | 2;

/** The needs of one model at one size; each is worked out once. */
export class Needs {
  private readonly known = new Map<string, HeapNeed[]>();

  /** `lowering` is the backend's. */
  constructor(
    private readonly manifest: Manifest,
    private readonly size: DrawnSize,
    private readonly lowering: GraphOptions = {},
  ) {}

  /** The heap after the decoder, which the UNet made grow to `before`. */
  decoder(course: Course, before: number): number {
    return peakHeap(this.of('vae_decoder', course, 1), course.lean, before);
  }

  /** The heap after `stage`, were it the first. Only the UNet is called with two pictures. */
  stage(stage: DrawnStage, course: Course, batch: Batch = 1): number {
    return peakHeap(this.of(stage, course, batch), course.lean);
  }

  private of(stage: DrawnStage, { segments = 1, tile }: Course, batch: Batch): HeapNeed[] {
    const { width, height, tokens } = this.size;
    const whole = { batch, height: height / VAE_FACTOR, width: width / VAE_FACTOR };
    const size = tileSize(stage === 'unet' && tokens !== undefined ? { ...whole, tokens } : whole, tile);
    const key = `${stage} ${segments} ${JSON.stringify(size)}`;
    const { description, stages } = this.manifest;
    const needs =
      this.known.get(key) ?? segmentNeeds(description, stage, size, stages[stage].tensors, segments, this.lowering);
    this.known.set(key, needs);
    return needs;
  }
}
