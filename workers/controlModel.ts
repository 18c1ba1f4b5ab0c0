/** A ControlNet, or a T2I-adapter, as a model that has it in the place of the UNet: opened, streamed and planned as a UNet is. */
import { type Steerer, withSteerer } from '../models/control/openSteerer';
import type { Manifest } from '../models/manifest';
import { type GraphOptions, packedBytes, planStage } from '../models/pack';
import type { Model } from './model';
import { checkpointModel, type Keep } from './model.checkpoint';

/** Its stages, of which `unet` is the other network, in the form of the model's weights. Throws as `withSteerer` does. */
export function controlManifest(manifest: Manifest, control: Steerer): Manifest {
  const description = withSteerer(manifest.description, control);
  const tensors = planStage(description, 'unet', control.source, manifest.weights);
  return { ...manifest, description, stages: { ...manifest.stages, unet: { bytes: packedBytes(tensors), tensors } } };
}

/** What steers, whatever is done with it. */
export interface Steering {
  readonly kind: Steerer['kind'];
  /** Of a ControlNet, whether of what it makes only the mean of each channel counts. */
  readonly pooled?: boolean;
  /** And whether it sees -1 where the mask is. */
  readonly masked?: boolean;
}

/** What steers a drawing, as it is planned with: `manifest` as `controlManifest` has made it. */
export interface PlannedSteering extends Steering {
  readonly manifest: Manifest;
}

/** `control` beside a model that is packed as `manifest` says. Throws as `withSteerer` does. */
export const plannedSteering = (control: Steerer, manifest: Manifest): PlannedSteering => ({
  ...howItSteers(control),
  manifest: controlManifest(manifest, control),
});

/** What of it files and their names tell, once it is opened. */
export const howItSteers = (control: Steerer): Steering => ({
  kind: control.kind,
  ...(control.kind === 'controlnet' && control.pooled ? { pooled: true } : {}),
  ...(control.kind === 'controlnet' && control.masked ? { masked: true } : {}),
});

/** What steers a drawing, as it is opened for one. */
export interface SteeringModel extends Steering {
  /** Channels of the picture that it sees. */
  readonly inChannels: number;
  readonly model: Model;
}

/** `manifest`: as `controlManifest` has made it. `keep`: where its weights lie while it is open, by default in memory. */
export function controlModel(
  control: Steerer,
  manifest: Manifest,
  lowering: GraphOptions = {},
  keep?: Keep,
): SteeringModel {
  const { description, tokenizer } = manifest;
  const checkpoint = { name: control.name, description, tokenizer, weights: () => control.source };
  const model = checkpointModel(checkpoint, manifest, keep, lowering);
  return { ...howItSteers(control), inChannels: control.kind === 'adapter' ? control.config.inChannels : 3, model };
}
