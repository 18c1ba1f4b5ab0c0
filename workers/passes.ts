/** A pass that a picture is drawn in. */
import { VAE_FACTOR } from '../models/graph/vae';
import type { SchedulerConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { ImageEvent, ImageRequest } from './api';
import { type Sampling, samplerFor } from './sampling';
import { skipOf } from './strength';

export interface Pass {
  /** Of its own size, and of all steps of its schedule. */
  readonly request: ImageRequest;
  readonly size: StageSize;
  readonly sampling: Sampling;
  /** Steps of the schedule that are left out at its beginning. */
  readonly skip: number;
  /** How its step `index`, counted from 1, is told. */
  told(index: number): Pick<Extract<ImageEvent, { type: 'step' }>, 'index' | 'of' | 'work'>;
}

/** `size` in latents. */
export const stageSize = ({ width, height }: Pick<ImageRequest, 'width' | 'height'>): StageSize => ({
  ...{ batch: 1, height: height / VAE_FACTOR, width: width / VAE_FACTOR },
});

/** The pass of `request` whose first `skip` steps are left out. Rejects with what the schedule refuses. */
export async function passOf(
  request: ImageRequest,
  config: SchedulerConfig,
  skip: number,
  told: Pass['told'],
): Promise<Pass> {
  return { request, size: stageSize(request), sampling: await samplerFor(request, config, skip), skip, told };
}

export function firstPass(request: ImageRequest, config: SchedulerConfig): Promise<Pass> {
  const skip = skipOf(request);
  return passOf(request, config, skip, (index) => ({ index, of: request.steps - skip }));
}
