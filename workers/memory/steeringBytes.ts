/** What ControlNets and T2I-adapters take on our own kernels, where each network has a memory of its own. */

import type { StageSize } from '../../models/stage';
import { assemble, networkOf } from '../backend/int8/assemble';
import { WORDS } from '../backend/int8/numbers';
import { type DrawnSize, steeringSizes } from './needs';

/** Bytes, beside a UNet that is opened for `size`. */
export const int8SteeringBytes = (drawn: DrawnSize, size: StageSize, threads: number): number =>
  (drawn.steering ?? []).reduce((sum, one) => {
    const { description, stages } = one.manifest;
    const { tensors } = stages.unet;
    const bytes = steeringSizes(one, size, drawn).map((each) => {
      const network = { description, stage: 'unet', size: each, tensors } as const;
      return assemble(networkOf(network), WORDS, threads).layout.bytes;
    });
    return bytes.reduce((all, each) => all + each, sum);
  }, 0);
