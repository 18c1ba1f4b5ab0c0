/** A ControlNet as a model that has it in the place of the UNet: opened, streamed and planned as a UNet is. */
import { type ControlNet, withControlNet } from '../models/control/openControlNet';
import type { Manifest } from '../models/manifest';
import { type GraphOptions, packedBytes, planStage } from '../models/pack';
import type { Model } from './model';
import { checkpointModel } from './model.checkpoint';

/** Its stages, of which `unet` is the ControlNet, in the form of the model's weights. Throws as `withControlNet` does. */
export function controlManifest(manifest: Manifest, control: ControlNet): Manifest {
  const description = withControlNet(manifest.description, control);
  const tensors = planStage(description, 'unet', control.source, manifest.weights);
  return { ...manifest, description, stages: { ...manifest.stages, unet: { bytes: packedBytes(tensors), tensors } } };
}

/** `manifest`: as `controlManifest` has made it. */
export function controlModel(control: ControlNet, manifest: Manifest, lowering: GraphOptions = {}): Model {
  const { description, tokenizer } = manifest;
  const checkpoint = { name: control.name, description, tokenizer, weights: () => control.source };
  return checkpointModel(checkpoint, manifest, undefined, lowering);
}
