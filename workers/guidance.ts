/**
 * The UNet under classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598, eq. 6, in the form that diffusers
 * uses): uncond + guidanceScale · (cond − uncond), of whatever the network predicts. Two calls at batch 1 take the least memory; one call at
 * batch 2 reads the weights once.
 */
import type { PredictionType } from '../models/sd15';
import type { Stage } from './backend/backend';
import { type Denoiser, denoiserOf, guide, type Predict } from './diffusion/denoiser';
import type { Latents } from './diffusion/latents';
import { CodedError } from './errors';
import { runEach } from './runEach';
import type { Tensor, Tensors } from './tensor';

/** Hidden states `[1, T, D]` of the prompts, T 77 or a multiple. Without a negative one there is no guidance. */
export interface Conditioning {
  readonly prompt: Tensor;
  readonly negativePrompt?: Tensor;
}

/**
 * `batch` is what the UNet was opened for: 2 for guidance in one call. `predictionType`: what its output is.
 * `conditioning` is asked at every call, and says the same object for the same; there is a negative prompt always, or never.
 */
export function guidedDenoiser(
  unet: Stage,
  conditioning: () => Conditioning,
  guidanceScale: number,
  { batch, predictionType }: { readonly batch: 1 | 2; readonly predictionType: PredictionType },
  signal: AbortSignal,
): Denoiser {
  if (!conditioning().negativePrompt) {
    return denoiserOf(predictionType, (sample, timestep) => callUnet(unet, sample, timestep, conditioning().prompt));
  }
  // Kept, so that whoever computes knows those again that it has seen.
  const together = new Map<Conditioning, Tensor>();
  const bothPrompts = (): Tensor => {
    const both = conditioning();
    const known = together.get(both) ?? stacked(both.negativePrompt!, both.prompt);
    together.set(both, known);
    return known;
  };

  const inTwoCalls: Predict = async (sample, timestep) => {
    const { prompt, negativePrompt } = conditioning();
    const inputs = [negativePrompt!, prompt].map((states) => inputsOf(sample, timestep, states));
    const outputs = await runEach(unet, inputs, signal);
    const [uncond, cond] = outputs.map((output) => noiseOf(output, sample, timestep));
    return guide(uncond!, cond!, guidanceScale);
  };
  const inOneCall: Predict = async (sample, timestep) => {
    const [, ...rest] = sample.shape;
    const twice = { shape: [2, ...rest] as const, data: repeated(sample.data) };
    const noise = await callUnet(unet, twice, timestep, bothPrompts());
    const half = sample.data.length;
    const uncond = { shape: sample.shape, data: noise.data.subarray(0, half) };
    const cond = { shape: sample.shape, data: noise.data.subarray(half) };
    return guide(uncond, cond, guidanceScale);
  };
  return denoiserOf(predictionType, batch === 2 ? inOneCall : inTwoCalls);
}

async function callUnet(unet: Stage, sample: Latents, timestep: number, hiddenStates: Tensor): Promise<Latents> {
  return noiseOf(await unet.run(inputsOf(sample, timestep, hiddenStates)), sample, timestep);
}

const inputsOf = (sample: Latents, timestep: number, hiddenStates: Tensor): Tensors => ({
  sample: { type: 'float32', shape: sample.shape, data: sample.data },
  timestep: { type: 'float32', shape: [1], data: Float32Array.of(timestep) },
  encoder_hidden_states: hiddenStates,
});

function noiseOf({ noise }: Tensors, sample: Latents, timestep: number): Latents {
  const data = noise!.data as Float32Array;
  // A NaN spreads to every element within one UNet call: looking at one is enough to stop early.
  if (!Number.isFinite(data[0])) {
    throw new CodedError('bad-picture', {
      argument: `noise at timestep ${timestep}`,
      expected: 'finite numbers',
      got: String(data[0]),
    });
  }
  return { shape: sample.shape, data };
}

function stacked(first: Tensor, second: Tensor): Tensor {
  const data = new Float32Array(first.data.length * 2);
  data.set(first.data);
  data.set(second.data, first.data.length);
  return { type: 'float32', shape: [2, ...first.shape.slice(1)], data };
}

function repeated(data: Float32Array): Float32Array {
  const twice = new Float32Array(data.length * 2);
  twice.set(data);
  twice.set(data, data.length);
  return twice;
}
