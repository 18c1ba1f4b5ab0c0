/** What a model's stages need of the heap, from its manifest, before anything is opened. */
import type { FreeU } from '../../models/graph/freeu';
import type { HeapNeed } from '../../models/graph/onnx/graphBuilder';
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import { type GraphOptions, segmentNeeds } from '../../models/pack';
import type { StageName, StageSize } from '../../models/stage';
import type { SavingRequest } from '../api';
import type { PlannedSteering } from '../controlModel';
import { tileSize } from '../tiles';
import { unetSize } from '../unetSize';
import type { Course } from './course';
import { peakHeap } from './plan';

/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The same with what the UNet is shown, hidden states, 77 by default; and whether it keeps features, from which branch on. */
export interface DrawnSize extends PictureSize, SavingRequest {
  readonly tokens?: number | undefined;
  readonly freeu?: FreeU | undefined;
  /** Of pictures, by each IP-Adapter. */
  readonly imageTokens?: StageSize['imageTokens'];
  /** There where something steers it. */
  readonly controls?: unknown;
  /** What does, as far as it is known: it is open while the UNet is. */
  readonly steering?: readonly PlannedSteering[];
}

/** As what the UNet is opened for a picture: the whole of it first, and with it the part that is handed what it keeps. */
export function unetSizes(
  size: StageSize,
  { controls, steering, cacheInterval = 1, cacheBranch = 0, ...shown }: DrawnSize,
): StageSize[] {
  const by = (kind: PlannedSteering['kind']): boolean => steering?.some((one) => one.kind === kind) ?? false;
  const controlled = steering ? by('controlnet') : controls !== undefined;
  const seen = {
    ...unetSize(size, shown),
    ...(controlled ? { controlled } : {}),
    ...(by('adapter') ? { adapted: true } : {}),
  };
  if (cacheInterval === 1) return [seen];
  return (['made', 'given'] as const).map((from) => ({ ...seen, deep: { branch: cacheBranch, from } }));
}

/**
 * As what something that steers a UNet is opened beside it, as `size`: what it makes of a picture is an adapter's for every pass; of a ControlNet
 * there is a part besides for what is handed deep features.
 */
export function steeringSizes(
  { kind }: Pick<PlannedSteering, 'kind'>,
  { batch, height, width }: StageSize,
  { tokens, cacheInterval = 1, cacheBranch = 0 }: Pick<DrawnSize, 'tokens' | 'cacheInterval' | 'cacheBranch'>,
): StageSize[] {
  if (kind === 'adapter') return [{ batch: 1, height, width }];
  const whole = unetSize({ batch, height, width }, { tokens });
  return cacheInterval === 1 ? [whole] : [whole, { ...whole, deep: { branch: cacheBranch, from: 'given' } }];
}

/** Pictures that go through the UNet in one call: 2 are both passes of a guided step. */
export type Batch = 1 | 2;

/** A plan asks the same again and again, and describing a full-size network takes a while: what each manifest's networks need. */
const KNOWN = new WeakMap<Manifest, Map<string, HeapNeed[]>>();

/** The needs of one model at one size; each is worked out once. */
export class Needs {
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
  stage(stage: StageName, course: Course, batch: Batch = 1): number {
    return peakHeap(this.of(stage, course, batch), course.lean);
  }

  private of(stage: StageName, { segments = 1, tile }: Course, batch: Batch): HeapNeed[] {
    const { width, height } = this.size;
    const whole = { batch, height: height / VAE_FACTOR, width: width / VAE_FACTOR };
    if (stage !== 'unet') return this.opened(stage, tileSize(whole, tile), segments);
    const [size, shallow] = unetSizes(whole, this.size);
    const needs = this.opened(stage, size!, segments);
    const steering = this.steering(whole, segments);
    // In segments one network follows another; whole, all are open at once, as are in any case the parts that are handed deep features.
    if (segments > 1) needs.push(...steering.flatMap(([each]) => each!));
    const beside = steering.flatMap(([each, outer = []]) => [...(segments > 1 ? [] : each!), ...outer]);
    if (shallow) beside.push(this.opened(stage, shallow, 1)[0]!);
    return needs.map((need) => beside.reduce(together, need));
  }

  /** Of each what it takes, in segments, and what its part takes besides. */
  private steering(whole: StageSize, segments: number): HeapNeed[][][] {
    const { steering = [] } = this.size;
    return steering.map((one) =>
      steeringSizes(one, whole, this.size).map((size) =>
        this.opened('unet', size, size.deep ? 1 : segments, one.manifest),
      ),
    );
  }

  /** A copy. `manifest`: of something else than the model. */
  private opened(stage: StageName, size: StageSize, segments: number, manifest = this.manifest): HeapNeed[] {
    const known = KNOWN.get(manifest) ?? new Map<string, HeapNeed[]>();
    KNOWN.set(manifest, known);
    const key = JSON.stringify([stage, segments, size, this.lowering]);
    const { description, stages } = manifest;
    const needs =
      known.get(key) ?? segmentNeeds(description, stage, size, stages[stage].tensors, segments, this.lowering);
    known.set(key, needs);
    return [...needs];
  }
}

/** Two sessions that are both open; each keeps what its values lay in. */
const together = (a: HeapNeed, b: HeapNeed): HeapNeed => ({
  weights: a.weights + b.weights,
  values: { lean: Math.max(a.values.lean, b.values.lean), shared: a.values.shared + b.values.shared },
});
