/** What the networks of a model are asked while it draws: the inputs of each call, by stage. */
import type { Backend } from '../../workers/backend/backend';
import { notingBackend } from '../../workers/backend/notingBackend';
import type { Model } from '../../workers/model';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import type { Tensors } from '../../workers/tensor';

export type Calls = Readonly<Record<'text_encoder' | 'unet' | 'vae_decoder', Tensors[]>>;

/** Draws each of `prompts` in a few steps, in pixels of `size`. */
export async function recordedInputs(
  model: Model,
  backend: Backend,
  prompts: readonly string[],
  size: { readonly width: number; readonly height: number },
): Promise<{ calls: Calls; images: Tensors[] }> {
  const calls: Record<string, Tensors[]> = { text_encoder: [], unet: [], vae_decoder: [] };
  const images: Tensors[] = [];
  const recording = notingBackend(backend, (stage, inputs, outputs) => {
    calls[stage]!.push(inputs);
    if (outputs.image) images.push({ image: outputs.image });
  });
  for (const [seed, prompt] of prompts.entries()) {
    const request = { ...DEFAULTS, prompt, seed, steps: STEPS, ...size };
    for await (const event of textToImage(request, { model, backend: recording }, new AbortController().signal)) {
      if (event.type === 'failed') throw new Error(`${event.code}: ${event.message}`);
    }
  }
  return { calls: calls as Calls, images };
}

const STEPS = 4;
