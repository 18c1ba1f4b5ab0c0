/**
 * A UNet with ControlNets and T2I-adapters beside it: ControlNets are shown what it is shown and a picture each, and what they make is added up and handed to
 * it; what adapters make of a picture stays the same. As `StableDiffusionControlNetPipeline`, `MultiControlNetModel` and
 * `StableDiffusionAdapterPipeline` of diffusers 0.42.1 have it.
 */
import { controlNet } from '../models/graph/controlNet';
import { listing } from '../models/graph/parameters';
import { adaptedName, residualName } from '../models/graph/unet';
import type { UNetConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { ChosenControl } from './api';
import type { Stage } from './backend/backend';
import { countsIn } from './countsIn';
import type { CachingUnet } from './deepCache';
import { runEach } from './runEach';
import type { Tensor, Tensors } from './tensor';

/** A ControlNet that is open, and how it was chosen. */
export interface OpenControl extends Pick<ChosenControl, 'weight' | 'start' | 'end'> {
  readonly stage: Stage;
  /** Beside a UNet that keeps deep features: what of it makes the outermost residuals alone, the same as the whole. */
  readonly outer?: Stage;
  /** Where only the means of what it makes count, which then do so everywhere alike. */
  readonly pooled?: boolean;
  /** `conditions` of the size that is drawn. */
  readonly conditions: Tensor;
}

/** What a T2I-adapter has made for each level, by its weight, and of which steps it counts in: the first part. */
export interface Adapted {
  readonly features: readonly Tensor[];
  readonly end: number;
}

export interface Steering {
  readonly controls: readonly OpenControl[];
  readonly adapted: readonly Adapted[];
  /** Of `residual_0` and on. */
  readonly shapes: readonly (readonly number[])[];
  /** How many of them a UNet takes in that is handed its deep features. */
  readonly outermost?: number;
  /** How many calls of the denoiser there are. */
  readonly calls: number;
  /** Where only passes with the prompt are steered: whether these hidden states are its. */
  readonly guess?: (hiddenStates: Tensor) => boolean;
}

/** Such a UNet as one. */
export interface SteeredUnet extends Stage {
  /** Said before each call of the denoiser, which may be several of the network. */
  begin(): void;
}

/** A UNet, or one that keeps deep features. */
export type SteerableUnet = Stage & Partial<Pick<CachingUnet, 'keeps'>>;

/** `unet` was opened for them. What is returned closes the ControlNets, and leaves `unet` to whoever opened it. */
export function steeredUnet(unet: SteerableUnet, steering: Steering, signal: AbortSignal): SteeredUnet {
  const { controls, adapted, shapes, outermost, calls, guess } = steering;
  let call = -1;
  const none = residuals(shapes);
  const active = (): readonly OpenControl[] =>
    controls.filter(({ weight = 1, ...part }) => weight !== 0 && countsIn(call, calls, part));
  const steered = async (all: readonly Tensors[]): Promise<Tensors[]> => {
    const sums = all.map((): Float32Array[] | undefined => undefined);
    const seeing = all.flatMap((inputs, i) => (guess && !guess(inputs.encoder_hidden_states!) ? [] : [i]));
    const kept = unet.keeps?.(all) ?? false;
    for (const { stage, outer = stage, conditions, pooled = false, weight = 1 } of active()) {
      if (seeing.length === 0) break;
      const inputs = seeing.map((i) => ({ ...seenBy(all[i]!), conditions }));
      const made = await runEach(kept ? outer : stage, inputs, signal);
      // Where it guesses, a tenth of the outermost, and the more the deeper (controlnet.py).
      const fades = guess !== undefined && !pooled;
      const scales = shapes.map((_, i) => (fades ? weight * 10 ** (i / (shapes.length - 1) - 1) : weight));
      const counting = scales.slice(0, kept ? outermost : undefined);
      for (const [j, i] of seeing.entries()) sums[i] = added(sums[i], made[j]!, counting);
    }
    // In all calls, or where `i < int(num_inference_steps * adapter_conditioning_factor)` (pipeline_stable_diffusion_xl_adapter.py).
    const features = summed(adapted, ({ end }) => call < Math.floor(calls * end));
    return all.map((inputs, i) => ({ ...inputs, ...features, ...(sums[i] ? residuals(shapes, sums[i]) : none) }));
  };
  return {
    begin: () => void call++,
    runEach: async (all) => runEach(unet, await steered(all), signal),
    run: async (inputs) => unet.run((await steered([inputs]))[0]!),
    close: async () =>
      void (await Promise.all(controls.flatMap(({ stage, outer }) => [stage.close(), outer?.close()]))),
  };
}

/** Features of those that count now, by the names of the UNet's inputs. */
function summed(adapted: readonly Adapted[], counts: (one: Adapted) => boolean): Tensors {
  const [first] = adapted;
  if (!first) return {};
  const now = adapted.filter(counts);
  const named = first.features.map(({ shape }, level): [string, Tensor] => {
    const [data = new Float32Array(first.features[level]!.data.length), ...more] = now.map(
      ({ features }) => features[level]!.data as Float32Array,
    );
    const sum = more.reduce((all, each) => all.map((value, i) => value + each[i]!), data);
    return [adaptedName(level), { type: 'float32', shape, data: sum }];
  });
  return Object.fromEntries(named);
}

/** Those of `sums`, as many as there are; without, zeros of all. */
function residuals(shapes: Steering['shapes'], sums?: readonly Float32Array[]): Tensors {
  const all = sums ?? shapes.map((shape) => new Float32Array(shape.reduce((product, size) => product * size, 1)));
  const named = all.map((data, i): [string, Tensor] => [residualName(i), { type: 'float32', shape: shapes[i]!, data }]);
  return Object.fromEntries(named);
}

/** `sums` and so much of what a ControlNet has made, residual by residual, of the outermost as many as there are scales. */
function added(sums: Float32Array[] | undefined, made: Tensors, scales: readonly number[]): Float32Array[] {
  return scales.map((scale, i) => {
    const data = made[residualName(i)]!.data as Float32Array;
    const sum = sums?.[i];
    return sum ? sum.map((value, at) => value + scale * data[at]!) : scale === 1 ? data : data.map((v) => scale * v);
  });
}

/**
 * What a ControlNet sees of what a UNet does: no guidance scale, which some models are told; and of those made for inpainting the
 * latents alone, behind which mask and masked picture stand.
 */
function seenBy({ sample, timestep, encoder_hidden_states }: Tensors): Tensors {
  const inputs = { timestep: timestep!, encoder_hidden_states: encoder_hidden_states! };
  return { ...inputs, sample: latentsOf(sample!) };
}

function latentsOf(sample: Tensor): Tensor {
  const [batch, channels, ...sides] = sample.shape as [number, number, ...number[]];
  const seen = LATENT_CHANNELS;
  if (channels === seen) return sample;
  const pixels = sides.reduce((product, size) => product * size, 1);
  const data = new Float32Array(batch * seen * pixels);
  for (let b = 0; b < batch; b++)
    data.set(
      (sample.data as Float32Array).subarray(b * channels * pixels).subarray(0, seen * pixels),
      b * seen * pixels,
    );
  return { type: 'float32', shape: [batch, seen, ...sides], data };
}

/** Of every Stable Diffusion 1.x model. */
const LATENT_CHANNELS = 4;

/** What a ControlNet for `unet` hands out. */
export function residualShapes(unet: UNetConfig, size: StageSize): (readonly number[])[] {
  const shapes: (readonly number[])[] = [];
  const net = {
    ...listing([]),
    output: (_: string, { shape }: { readonly shape: readonly number[] }) => void shapes.push(shape),
  };
  controlNet(net, unet, { embeddingChannels: [16, 32, 96, 256] }, size);
  return shapes;
}
