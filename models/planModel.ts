/** The manifest of a checkpoint that is about to be converted: what each weights file will hold, before any is read. */
import type { Checkpoint } from './checkpoint';
import { MANIFEST_FORMAT, MANIFEST_VERSION, type Manifest, type StageManifest } from './manifest';
import { type FormOf, packedBytes, planStage } from './pack';
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
  return {
    format: MANIFEST_FORMAT,
    version: MANIFEST_VERSION,
    weights: form,
    description,
    tokenizer,
    stages: {
      text_encoder: plan('text_encoder'),
      unet: plan('unet'),
      vae_decoder: plan('vae_decoder'),
      vae_encoder: plan('vae_encoder'),
    },
  };
}
