/**
 * The UNet under classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598): what it predicts without the prompt and
 * with it, one made of both. Two calls at batch 1 take the least memory; one call at batch 2 reads the weights once.
 */
import type { PredictionType } from '../models/sd15';
import type { ImageRequest } from './api';
import type { Stage } from './backend/backend';
import { type Denoiser, estimateOf, modelSample } from './diffusion/denoiser';
import { composition, type Guidance } from './diffusion/guides';
import type { Latents } from './diffusion/latents';
import { CodedError } from './errors';
import { runEach } from './runEach';
import type { Tensor, Tensors } from './tensor';

/** Hidden states `[1, T, D]` of the prompts, T 77 or a multiple. Without a negative one a call is not guided. */
export interface Conditioning {
  readonly prompt: Tensor;
  readonly negativePrompt?: Tensor;
  /** Of an empty prompt, where guidance asks for that, too. */
  readonly emptyPrompt?: Tensor;
  /** Where the prompt is several (text/composition.ts): all of them. There is a negative one then. */
  readonly composed?: readonly { readonly states: Tensor; readonly weight: number }[];
  /** What is made of these is drawn as it is, without guidance. */
  readonly unguided?: true;
}

/** What is predicted of a sample with the negative prompt, with the prompt, and with an empty one; or with the prompt alone. */
type Passes = (sample: Latents, timestep: number) => Promise<readonly [Latents, Latents?, (Latents | undefined)?]>;

/**
 * `batch` is what the UNet was opened for: 2 for guidance in one call. `predictionType`: what its output is.
 * `conditioning` is asked at every call, and says the same object for the same pair; at batch 2 it always is a pair.
 */
export function guidedDenoiser(
  unet: Stage,
  conditioning: () => Conditioning,
  { guide, of }: Guidance,
  { batch, predictionType }: { readonly batch: 1 | 2; readonly predictionType: PredictionType },
  signal: AbortSignal,
): Denoiser {
  // Kept, so that whoever computes knows those again that it has seen.
  const together = new Map<Conditioning, Tensor>();
  const bothPrompts = (): Tensor => {
    const both = conditioning();
    const known = together.get(both) ?? stacked(both.negativePrompt!, both.prompt);
    together.set(both, known);
    return known;
  };

  const inSingleCalls: Passes = async (sample, timestep) => {
    const { prompt, negativePrompt, emptyPrompt, composed } = conditioning();
    const prompts = composed?.map(({ states }) => states) ?? [prompt];
    const all = [negativePrompt!, ...prompts, ...(emptyPrompt ? [emptyPrompt] : [])];
    const inputs = all.map((states) => inputsOf(sample, timestep, states));
    const outputs = await runEach(unet, inputs, signal);
    const [uncond, ...rest] = outputs.map((output) => noiseOf(output, sample, timestep));
    const conds = rest.slice(0, prompts.length);
    const cond = composed
      ? composition(
          uncond!,
          conds,
          composed.map(({ weight }) => weight),
        )
      : conds[0]!;
    return [uncond!, cond, rest[prompts.length]];
  };
  const inOneCall: Passes = async (sample, timestep) => {
    const [, ...rest] = sample.shape;
    const twice = { shape: [2, ...rest] as const, data: repeated(sample.data) };
    const noise = await callUnet(unet, twice, timestep, bothPrompts());
    const half = sample.data.length;
    const uncond = { shape: sample.shape, data: noise.data.subarray(0, half) };
    const cond = { shape: sample.shape, data: noise.data.subarray(half) };
    return [uncond, cond];
  };
  const guidedPass = batch === 2 ? inOneCall : inSingleCalls;
  const passes: Passes = async (sample, timestep) => {
    const { prompt, negativePrompt } = conditioning();
    return negativePrompt ? guidedPass(sample, timestep) : [await callUnet(unet, sample, timestep, prompt)];
  };
  const estimate = estimateOf(predictionType);
  return async (x, sigma, timestep) => {
    const [first, second, third] = await passes(modelSample(x, sigma), timestep);
    if (!second) return estimate(x, sigma, first);
    if (conditioning().unguided) return estimate(x, sigma, second);
    if (of === 'predictions') return estimate(x, sigma, guide(first, second, third));
    return guide(estimate(x, sigma, first), estimate(x, sigma, second));
  };
}

/**
 * What `step` of the schedule, counted from 0, is shown of `both`: outside the interval the prompt alone. The interval's ends are rounded
 * down to steps, as `BaseGuidance` of diffusers 0.42.1 does.
 */
export function shownIn(
  { guidanceInterval, guidanceScale, steps }: Pick<ImageRequest, 'guidanceInterval' | 'guidanceScale' | 'steps'>,
  both: Conditioning,
  step: number,
): Conditioning {
  // Several prompts are made one of with the negative one's help, guided or not.
  const { prompt, composed } = both;
  const unguided: Conditioning = composed ? { ...both, unguided: true } : { prompt };
  if (composed && guidanceScale <= 1) return unguided;
  if (!guidanceInterval) return both;
  const [first, end] = guidanceInterval.map((part) => Math.floor(part * steps)) as [number, number];
  return step >= first && step < end ? both : unguided;
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
