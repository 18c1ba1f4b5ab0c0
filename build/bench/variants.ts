/** What `npm run bench -- sd15` compares: one stage at one size in one form. */
import { describe } from '../../models/graph/network';
import { GraphBuilder } from '../../models/graph/onnx/graphBuilder';
import { type Parameter, parametersOf } from '../../models/graph/parameters';
import { planTensors, stageGraph } from '../../models/pack';
import type { PackedTensor, StageName } from '../../models/stage';
import { SD15 } from './sd15Checkpoint';
import { torchForm, torchPlan } from './torchForm';

export interface Variant {
  readonly stage: StageName;
  /** Passes in one call: 2 is both of a guided step. Times are of one pass. */
  readonly batch: 1 | 2;
  /** Side of the picture, pixels. */
  readonly pixels: number;
  /** `torch` is the exported graph: int8 weights dequantized in the UNet, float32 elsewhere. `int8-f32`: no integer products. */
  readonly form: 'torch' | 'exact' | 'int8' | 'int8-f32' | 'int4';
}

/** Forms of each part; ratios are to the first. */
export const PARTS: Readonly<Record<string, readonly Variant[]>> = {
  text: forms('text_encoder', 512, 'torch', 'exact', 'int8'),
  'unet-256': [
    ...forms('unet', 256, 'torch', 'exact', 'int8', 'int8-f32', 'int4'),
    ...guided(256, 'torch', 'exact', 'int8'),
  ],
  'unet-512': [
    ...forms('unet', 512, 'torch', 'exact', 'int8', 'int8-f32', 'int4'),
    ...guided(512, 'torch', 'exact', 'int8'),
  ],
  'decode-256': forms('vae_decoder', 256, 'torch', 'exact', 'int8'),
  'decode-512': forms('vae_decoder', 512, 'torch', 'exact', 'int8'),
};

function forms(stage: StageName, pixels: number, ...list: readonly Variant['form'][]): Variant[] {
  return list.map((form) => ({ stage, pixels, form, batch: 1 }));
}

/** Both passes of a guided step in one call. */
function guided(pixels: number, ...list: readonly Variant['form'][]): Variant[] {
  return list.map((form) => ({ stage: 'unet', pixels, form, batch: 2 }));
}

/** The graph of a variant over weights that a 2 GB fp16 checkpoint would be packed to. */
export function variantGraph({ stage, pixels, form, batch }: Variant): { tensors: PackedTensor[]; graph: Uint8Array } {
  const parameters: Parameter[] = parametersOf(SD15, stage);
  const size = { batch, height: pixels / 8, width: pixels / 8 };
  if (form === 'torch') {
    const tensors = torchPlan(parameters, stage === 'unet');
    // Constants, as in the exported file.
    const graph = new GraphBuilder(stage, tensors, 'weights', Number.POSITIVE_INFINITY);
    describe(torchForm(graph), SD15, stage, size);
    return { tensors, graph: graph.build() };
  }
  const tensors = planTensors(parameters, () => 'F16', form === 'int8-f32' ? 'int8' : form);
  const integers = form === 'int8-f32' ? { integersFrom: Number.POSITIVE_INFINITY } : {};
  return { tensors, graph: stageGraph(SD15, stage, size, tensors, integers) };
}
