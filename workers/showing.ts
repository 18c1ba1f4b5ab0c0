/** A drawing that is to be like pictures, pass by pass. */
import { later } from '../models/later';
import type { StageSize } from '../models/stage';
import type { Stage } from './backend/backend';
import { countsIn } from './countsIn';
import { callsOf } from './diffusion/calls';
import type { Drawing } from './networks';
import type { Pass } from './passes';
import type { ImagePrompts } from './shownImages';
import type { Tensor } from './tensor';

/** What becomes of the UNet of a pass. */
export interface Showing {
  /** Said before each call of the denoiser. */
  begin(): void;
  /** `unet`, opened for `size`, or a part of it. */
  show(unet: Stage, size: StageSize): Stage;
}

const NOTHING: Showing = { begin: () => undefined, show: (unet) => unet };

/** Fetched for the first drawing with an IP-Adapter. */
export const imagePrompts = () => later(import('./imagePrompts'));

/** It is shown `like`, where there is something, each in its part of the calls. `isPrompt`: whether hidden states are the prompt's. */
export async function showing(
  { parts }: Drawing,
  like: ImagePrompts | undefined,
  { sampler, schedule }: Pass['sampling'],
  isPrompt: (hiddenStates: Tensor) => boolean,
): Promise<Showing> {
  if (!like) return NOTHING;
  const { shownImages } = await imagePrompts();
  const { unet: config } = parts.model.description;
  const calls = callsOf(sampler, schedule);
  let call = -1;
  const counts = (index: number): boolean => countsIn(call, calls, like.parts[index]!);
  return {
    begin: () => void call++,
    show: (unet, size) => shownImages(unet, config, size, like, isPrompt, counts),
  };
}
