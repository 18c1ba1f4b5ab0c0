/** One picture drawn with everything kept that a comparison needs. */

import type { Drawn, PictureTask } from '../../../models/quantize/evaluate/pictureRecord';
import type { Guided } from '../../../models/quantize/quality/conditioning';
import type { ImageRequest, Picture } from '../../api';
import { notingBackend } from '../../backend/notingBackend';
import { asError } from '../../errors';
import type { Parts } from '../../openStage';
import { textToImage } from '../../pipeline';
import { DEFAULTS } from '../../request';
import type { Tensor } from '../../tensor';

/** What all pictures of a comparison are drawn with. */
export interface DrawingOptions {
  readonly steps: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Both calls of one step: what the UNet was asked, and what it said with the prompt and without. */
export interface StepCalls extends Guided {
  readonly timestep: number;
  /** `[1, C, H, W]` */
  readonly sample: Float32Array;
}

/** A picture with the calls that led to it. */
export interface Trajectory extends Drawn {
  readonly steps: readonly StepCalls[];
  /** Hidden states `[1, T, D]` of the prompt, and of the empty one. */
  readonly states: { readonly conditional: Float32Array; readonly unconditional: Float32Array };
  readonly picture: Picture;
}

/** Draws `task` guided, in two calls a step. `step` is told after each step, of how many. */
export async function trajectoryOf(
  { prompt, seed }: PictureTask,
  options: DrawingOptions,
  { model, backend }: Parts,
  signal: AbortSignal,
  step: (done: number, of: number) => void = () => undefined,
): Promise<Trajectory> {
  const calls: { readonly inputs: Readonly<Record<string, Tensor>>; readonly noise: Float32Array }[] = [];
  let latents: Float32Array | undefined;
  const noting = notingBackend(backend, (stage, inputs, { noise }) => {
    if (stage === 'unet') calls.push({ inputs, noise: noise!.data as Float32Array });
    if (stage === 'vae_decoder') latents = inputs.latents!.data as Float32Array;
  });
  const request: ImageRequest = { ...DEFAULTS, ...options, prompt, seed, guidance: 'two-calls' };
  let picture: Picture | undefined;
  for await (const event of textToImage(request, { model, backend: noting }, signal)) {
    if (event.type === 'failed') throw asError(event, 'a picture to compare');
    if (event.type === 'step') step(event.index, event.of);
    if (event.type === 'image') picture = event.picture;
  }
  const floats = (call: number, name: string): Float32Array => calls[call]!.inputs[name]!.data as Float32Array;
  const states = {
    unconditional: floats(0, 'encoder_hidden_states'),
    conditional: floats(1, 'encoder_hidden_states'),
  };
  // A guided step asks without the prompt first (`guidance.ts`).
  const steps = Array.from({ length: calls.length / 2 }, (_, i): StepCalls => {
    const [unconditional, conditional] = [calls[2 * i]!.noise, calls[2 * i + 1]!.noise];
    return { timestep: floats(2 * i, 'timestep')[0]!, sample: floats(2 * i, 'sample'), unconditional, conditional };
  });
  return { steps, states, latents: latents!, picture: picture! };
}
