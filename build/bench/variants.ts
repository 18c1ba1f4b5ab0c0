/** What `npm run bench -- sd15` compares: one stage at one size in one form. */
import { describe } from '../../models/graph/network';
import { GraphBuilder } from '../../models/graph/onnx/graphBuilder';
import { type Parameter, parametersOf } from '../../models/graph/parameters';
import { planTensors, segmentNeeds, stageGraph, stageSegments } from '../../models/pack';
import type { DeepFeatures, PackedTensor, StageName, StageNetwork, StageSegment } from '../../models/stage';
import { COURSES } from '../../workers/memory/course';
import { int8Heap } from '../../workers/memory/int8Bytes';
import { peakHeap } from '../../workers/memory/plan';
import { tileSize } from '../../workers/tiles';
import { SD15 } from './sd15Description';
import { torchForm, torchPlan } from './torchForm';

export interface Variant {
  readonly stage: StageName;
  /** Passes in one call: 2 is both of a guided step. Times are of one pass. */
  readonly batch: 1 | 2;
  /** Side of the picture, pixels. */
  readonly pixels: number;
  /**
   * `torch` is the exported graph: int8 weights dequantized in the UNet, float32 elsewhere. `int8-f32`: no integer products.
   * `kernels`: no graph, but our own kernels over the weights of `int8`.
   */
  readonly form: 'torch' | 'exact' | 'int8' | 'int8-f32' | 'int4' | 'kernels';
  /** In how many segments it is streamed, which is always lean; not at all where absent. */
  readonly segments?: number;
  /** With buffers given back at once (`Course`). */
  readonly lean?: boolean;
  /** In tiles of this side, latents (`Course`). */
  readonly tile?: number;
  /** Of the UNet: cut there. */
  readonly deep?: DeepFeatures;
  /** Of the UNet: in a picture's first steps. */
  readonly first?: boolean;
  /** Of the UNet: so much of its finest tokens is merged. */
  readonly tokenMergingRatio?: number;
}

export const variantName = ({ form, batch, segments, lean, tile }: Variant): string =>
  [form, segments && `in ${segments}`, lean && 'lean', tile && `tiles of ${tile}`, batch === 2 && 'batch 2']
    .filter(Boolean)
    .join(' ');

/** Forms of each part; ratios are to the first. */
export const PARTS: Readonly<Record<string, readonly Variant[]>> = {
  text: forms('text_encoder', 512, 'torch', 'exact', 'int8', 'kernels'),
  'unet-256': unet(256),
  'unet-512': unet(512),
  'decode-256': forms('vae_decoder', 256, 'torch', 'exact', 'int8', 'kernels'),
  'decode-512': [...forms('vae_decoder', 512, 'torch', 'exact', 'int8', 'kernels'), ...tiled(512)],
  'decode-768': tiled(768),
};

/** Every form by itself, streamed, and with both passes of a guided step in one call. */
function unet(pixels: number): Variant[] {
  const streamed = [2, 4, 8].map((segments) => ({ stage: 'unet', pixels, form: 'int8', batch: 1, segments }) as const);
  const guided = (['torch', 'exact', 'int8', 'kernels'] as const).map(
    (form) => ({ stage: 'unet', pixels, form, batch: 2 }) as const,
  );
  const lean = ([1, 2] as const).map((batch) => ({ stage: 'unet', pixels, form: 'int8', batch, lean: true }) as const);
  return [
    ...forms('unet', pixels, 'torch', 'exact', 'int8', 'int8-f32', 'int4', 'kernels'),
    ...lean,
    ...streamed,
    ...guided,
  ];
}

/** The decoder as large pictures are decoded: whole, and in tiles of every size that `COURSES` has for them. */
function tiled(pixels: number): Variant[] {
  const lean = { stage: 'vae_decoder', pixels, form: 'int8', batch: 1, lean: true } as const;
  const tiles = COURSES.auto.vae_decoder.flatMap(({ tile = pixels }) => (8 * tile < pixels ? [{ ...lean, tile }] : []));
  return [lean, ...tiles];
}

function forms(stage: StageName, pixels: number, ...list: readonly Variant['form'][]): Variant[] {
  return list.map((form) => ({ stage, pixels, form, batch: 1 }));
}

/** A stage ready to be opened, over weights that a 2 GB fp16 checkpoint would be packed to. */
export interface VariantStage {
  readonly tensors: PackedTensor[];
  /** One graph over all of them, or segments to be streamed; none for our own kernels. */
  readonly graph: Uint8Array | readonly StageSegment[] | undefined;
  readonly network: StageNetwork;
  /** As in `Course`. */
  readonly lean: boolean;
  /** Bytes of the heap that the memory plan counts with; absent for a graph that is not ours. */
  readonly planned?: number;
}

export function variantStage(variant: Variant, threads: number): VariantStage {
  const { stage, pixels, form, batch, segments = 1, lean = segments > 1, tile, deep, tokenMergingRatio } = variant;
  const cut = { ...(deep ? { deep } : {}), ...(tokenMergingRatio ? { tokenMergingRatio } : {}) };
  const parameters: Parameter[] = parametersOf(SD15, stage, cut);
  const size = { ...tileSize({ batch, height: pixels / 8, width: pixels / 8 }, tile), ...cut };
  if (form === 'torch') {
    const tensors = torchPlan(parameters, stage === 'unet');
    // Constants, as in the exported file.
    const graph = new GraphBuilder(stage, tensors, 'weights', Number.POSITIVE_INFINITY);
    describe(torchForm(graph), SD15, stage, size);
    return { tensors, graph: graph.build(), network: { description: SD15, stage, size, tensors }, lean };
  }
  const tensors = planTensors(parameters, () => 'F16', form === 'int8-f32' || form === 'kernels' ? 'int8' : form);
  const network = { description: SD15, stage, size, tensors };
  if (form === 'kernels') {
    return { tensors, graph: undefined, network, lean, planned: int8Heap(network, threads) };
  }
  const integers = form === 'int8-f32' ? { integersFrom: Number.POSITIVE_INFINITY } : {};
  const planned = peakHeap(segmentNeeds(SD15, stage, size, tensors, segments, integers), lean);
  const graph =
    segments === 1
      ? stageGraph(SD15, stage, size, tensors, integers)
      : stageSegments(SD15, stage, size, tensors, segments, integers);
  return { tensors, graph, network, lean, planned };
}
