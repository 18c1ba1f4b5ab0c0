/** What a model's stages need of the heap, from its manifest, before anything is opened. */
import type { HeapNeed } from '../../models/graph/onnx/graphBuilder';
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import { type GraphOptions, segmentNeeds } from '../../models/pack';
import type { StageSize } from '../../models/stage';
import type { Course } from './course';
import { peakHeap } from './plan';

/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Pictures that go through the UNet in one call: 2 are both passes of a guided step. */
export type Batch = 1 | 2;

/** Those that text to image opens, the likeliest to be too large first. */
const DRAWN = ['vae_decoder', 'unet', 'text_encoder'] as const;
type DrawnStage = (typeof DRAWN)[number];

/** The needs of one model at one size; each is worked out once. */
export class Needs {
  private readonly known = new Map<string, HeapNeed[]>();

  /** `lowering` is the backend's. */
  constructor(
    private readonly manifest: Manifest,
    private readonly size: PictureSize,
    private readonly lowering: GraphOptions = {},
  ) {}

  /** The heap after a drawing. The stages run one after another in one heap that never shrinks: the largest decides. */
  drawing(course: Course, batch: Batch = 1): number {
    return Math.max(...DRAWN.map((stage) => this.stage(stage, course, batch)));
  }

  /** The heap after `stage` alone. Only the UNet is streamed, or called with two pictures. */
  stage(stage: DrawnStage, { segments, lean }: Course, batch: Batch = 1): number {
    return peakHeap(stage === 'unet' ? this.of(stage, segments, batch) : this.of(stage, 1, 1), lean);
  }

  private of(stage: DrawnStage, segments: number, batch: Batch): HeapNeed[] {
    const key = `${stage} ${segments} ${batch}`;
    const needs = this.known.get(key) ?? this.workOut(stage, segments, batch);
    this.known.set(key, needs);
    return needs;
  }

  private workOut(stage: DrawnStage, segments: number, batch: Batch): HeapNeed[] {
    const { description, stages } = this.manifest;
    const size: StageSize = { batch, width: this.size.width / VAE_FACTOR, height: this.size.height / VAE_FACTOR };
    return segmentNeeds(description, stage, size, stages[stage].tensors, segments, this.lowering);
  }
}
