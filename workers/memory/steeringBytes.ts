/** What ControlNets and T2I-adapters take on our own kernels, where each network has a memory of its own. */

import type { StageSize } from '../../models/stage';
import { int8Bytes } from './int8Bytes';
import { type DrawnSize, steeringSizes } from './needs';

/** Bytes, beside a UNet that is opened for `size`. */
export const int8SteeringBytes = (drawn: DrawnSize, size: StageSize, threads: number): number =>
  (drawn.steering ?? []).reduce((sum, one) => {
    const { description, stages } = one.manifest;
    const { tensors } = stages.unet;
    const networks = steeringSizes(one, size, drawn).map(
      (each) => ({ description, stage: 'unet', size: each, tensors }) as const,
    );
    return networks.reduce((all, network) => all + int8Bytes(network, threads), sum);
  }, 0);
