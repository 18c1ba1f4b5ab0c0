/** The passes that a picture is drawn in: one, or a second that draws it larger. */
import { VAE_FACTOR } from '../models/graph/vae';
import type { SchedulerConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { ImageEvent, ImageRequest } from './api';
import { hiresStepsOf, hiresWeight, isHires, secondPass } from './hires';
import { type Sampling, samplerFor } from './sampling';
import { skipOf } from './strength';

type StepEvent = Extract<ImageEvent, { type: 'step' }>;

export interface Pass {
  /** Of its own size, and of all steps of its schedule. */
  readonly request: ImageRequest;
  readonly size: StageSize;
  readonly sampling: Sampling;
  /** Steps of the schedule that are left out at its beginning. */
  readonly skip: number;
  /** How its step `index`, counted from 1, is told. */
  told(index: number): Pick<StepEvent, 'index' | 'of' | 'work'>;
}

export interface Passes {
  readonly first: Pass;
  readonly second?: Pass;
}

/** `size` in latents. */
export const stageSize = ({ width, height }: Pick<ImageRequest, 'width' | 'height'>): StageSize => ({
  ...{ batch: 1, height: height / VAE_FACTOR, width: width / VAE_FACTOR },
});

/** Rejects with what a schedule refuses. */
export async function passesOf(request: ImageRequest, config: SchedulerConfig): Promise<Passes> {
  const skip = skipOf(request);
  const steps = request.steps - skip;
  const pass = async (asked: ImageRequest, skipped: number, told: Pass['told']): Promise<Pass> => {
    const sampling = await samplerFor(asked, config, skipped);
    return { request: asked, size: stageSize(asked), sampling, skip: skipped, told };
  };
  if (!isHires(request)) return { first: await pass(request, skip, (index) => ({ index, of: steps })) };
  const { steps: more, of: scheduled } = hiresStepsOf(request);
  const weight = hiresWeight(request);
  const of = steps + more;
  const all = steps + more * weight;
  return {
    first: await pass(request, skip, (index) => ({ index, of, work: { step: 1, done: index, of: all } })),
    second: await pass(secondPass(request), scheduled - more, (index) => {
      return { index: steps + index, of, work: { step: weight, done: steps + index * weight, of: all } };
    }),
  };
}
