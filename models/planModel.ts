/** The manifest of a checkpoint that is about to be converted: what each weights file will hold, before any is read. */
import type { Checkpoint } from './checkpoint';
import { parametersOf } from './graph/parameters';
import { FOLDED_VERSION, MANIFEST_FORMAT, MANIFEST_VERSION, type Manifest, type StageManifest } from './manifest';
import { type FormOf, packedBytes, planStage } from './pack';
import { isFolded } from './quantize/folded';
import type { WeightBits } from './quantize/integerWeights';
import { integerForm } from './quantize/plan';
import { fp32Bytes, type StageBytes } from './quantize/quantizedBytes';
import type { WeightForm } from './quantize/weightForm';
import type { StageName } from './stage';

/** `formOf`: the form of single tensors, where that is not `form` for all. */
export function planModel(
  { description, tokenizer, weights }: Checkpoint,
  form: WeightForm = 'exact',
  formOf: (stage: StageName) => FormOf = () => () => form,
): Manifest {
  const plan = (stage: StageName): StageManifest => {
    const tensors = planStage(description, stage, weights(stage), formOf(stage));
    return { bytes: packedBytes(tensors), tensors };
  };
  const stages = {
    text_encoder: plan('text_encoder'),
    unet: plan('unet'),
    vae_decoder: plan('vae_decoder'),
    vae_encoder: plan('vae_encoder'),
  };
  const version = Object.values(stages).some(({ tensors }) => isFolded(tensors)) ? FOLDED_VERSION : MANIFEST_VERSION;
  return { format: MANIFEST_FORMAT, version, weights: form, description, tokenizer, stages };
}

/** The forms of a network's tensors, those that are multiplied with in as many bits as `bits` says. */
export function integerForms({ description }: Checkpoint, stage: StageName, bits: WeightBits): FormOf {
  const shapes = new Map(parametersOf(description, stage).map(({ name, shape }) => [name, shape]));
  return (key) => integerForm(shapes.get(key)!, bits(key));
}

/** What a network of `checkpoint` takes packed. */
export const packBytes = (checkpoint: Checkpoint, stage: StageName): StageBytes => ({
  stage,
  fp32: fp32Bytes(checkpoint.description, stage),
  in: (bits) =>
    packedBytes(
      planStage(checkpoint.description, stage, checkpoint.weights(stage), integerForms(checkpoint, stage, bits)),
    ),
});
