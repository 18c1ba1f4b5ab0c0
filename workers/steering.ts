/**
 * A UNet with ControlNets and T2I-adapters beside it: ControlNets are shown what it is shown and a picture each, and what they make is added up and handed to
 * it; what adapters make of a picture stays the same. As `StableDiffusionControlNetPipeline`, `MultiControlNetModel` and
 * `StableDiffusionAdapterPipeline` of diffusers 0.42.1 have it. Fetched for the first drawing with one.
 */
import { ADAPTER_PIXELS } from '../models/graph/adapter';
import { controlNet } from '../models/graph/controlNet';
import { listing } from '../models/graph/parameters';
import { adaptedName, residualName } from '../models/graph/unet';
import type { UNetConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { ChosenControl, ImageEvent, InitImage } from './api';
import type { Stage } from './backend/backend';
import type { Latents } from './diffusion/latents';
import type { Sampler, Schedule } from './diffusion/sampler';
import { CodedError } from './errors';
import { type Drawing, open } from './networks';
import type { Pass } from './passes';
import { gray } from './pictureFile/gray';
import { resized } from './pictureFile/lanczos';
import { runEach } from './runEach';
import type { Tensor, Tensors } from './tensor';

/** A ControlNet that is open, and how it was chosen. */
export interface OpenControl extends Omit<ChosenControl, 'image' | 'name'> {
  readonly stage: Stage;
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
  /** How many calls of the denoiser there are. */
  readonly calls: number;
  /** And of steps, by which T2I-adapters count. */
  readonly steps: number;
  /** Where only passes with the prompt are steered: whether these hidden states are its. */
  readonly guess?: (hiddenStates: Tensor) => boolean;
}

/** Such a UNet as one. */
export interface SteeredUnet extends Stage {
  /** Said before each call of the denoiser, which may be several of the network. */
  begin(): void;
}

/** `unet` was opened `controlled`. Closes nothing that it did not open. */
export function steeredUnet(unet: Stage, steering: Steering, signal: AbortSignal): SteeredUnet {
  const { controls, adapted, shapes, calls, steps, guess } = steering;
  let call = -1;
  const none = residuals(shapes);
  const active = (): readonly OpenControl[] =>
    controls.filter(({ weight = 1, start = 0, end = 1 }) => {
      // `1 - float(i / len < start or (i + 1) / len > end)`, in pipeline_controlnet.py.
      return weight !== 0 && call / calls >= start && (call + 1) / calls <= end;
    });
  const steered = async (all: readonly Tensors[]): Promise<Tensors[]> => {
    const sums = all.map((): Float32Array[] | undefined => undefined);
    const seeing = all.flatMap((inputs, i) => (guess && !guess(inputs.encoder_hidden_states!) ? [] : [i]));
    for (const { stage, conditions, weight = 1 } of active()) {
      if (seeing.length === 0) break;
      const inputs = seeing.map((i) => ({ ...withoutBeside(all[i]!), conditions }));
      const made = await runEach(stage, inputs, signal);
      for (const [j, i] of seeing.entries()) sums[i] = added(sums[i], made[j]!, shapes, weight, guess !== undefined);
    }
    // In all calls, or where `i < int(num_inference_steps * adapter_conditioning_factor)` (pipeline_stable_diffusion_xl_adapter.py).
    const features = summed(adapted, ({ end }) => end === 1 || call < Math.floor(steps * end));
    return all.map((inputs, i) => ({ ...inputs, ...features, ...(sums[i] ? residuals(shapes, sums[i]) : none) }));
  };
  return {
    begin: () => void call++,
    runEach: async (all) => runEach(unet, await steered(all), signal),
    run: async (inputs) => unet.run((await steered([inputs]))[0]!),
    close: async () => undefined,
  };
}

/**
 * What steers a pass, opened beside `unet`, which was opened for `size`; T2I-adapters are run, once, and closed again. What is open is closed with
 * what is returned.
 */
export async function* openSteered(
  drawing: Drawing,
  unet: Stage,
  { request, size, sampling }: Pick<Pass, 'request' | 'size' | 'sampling'>,
  isPrompt: (hiddenStates: Tensor) => boolean,
): AsyncGenerator<ImageEvent, SteeredUnet> {
  const { parts, signal } = drawing;
  const { controls: chosen = [], controlGuess = false } = request;
  const { controls: models = [], open: _, ...own } = parts;
  const levels = parts.model.description.unet.blockOutChannels.map((_, level) => level);
  const argument = 'controls';
  if (models.length !== chosen.length)
    throw new CodedError('bad-argument', {
      ...{ argument, expected: `${chosen.length} that are open`, got: `${models.length}` },
    });
  const controls: OpenControl[] = [];
  const adapted: Adapted[] = [];
  const close = () => Promise.all(controls.map(({ stage }) => stage.close()));
  let taken = false;
  try {
    for (const [i, { image, name, ...how }] of chosen.entries()) {
      const { kind, inChannels, model } = models[i]!;
      if (kind === 'adapter') {
        const alone = { batch: 1, height: size.height, width: size.width };
        const stage = yield* open(drawing, 'unet', alone, undefined, { ...own, model });
        try {
          const made = await stage.run({ conditions: adapterConditions(image, request, inChannels) });
          adapted.push(
            adaptedBy(
              name,
              how,
              levels.map((level) => made[adaptedName(level)]!),
              size.batch,
            ),
          );
        } finally {
          await stage.close();
        }
        continue;
      }
      const stage = yield* open(drawing, 'unet', size, undefined, { ...own, model });
      controls.push({ ...how, stage, conditions: conditionsOf(image, request, size.batch) });
    }
    const steering = {
      ...{ controls, adapted, calls: callsOf(sampling.sampler, sampling.schedule), steps: request.steps },
      shapes: controls.length > 0 ? residualShapes(parts.model.description.unet, size) : [],
      ...(controlGuess ? { guess: isPrompt } : {}),
    };
    const steered = steeredUnet(unet, steering, signal);
    taken = true;
    return { ...steered, close: async () => void (await close()) };
  } finally {
    if (!taken) await close();
  }
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

function adaptedBy(
  name: string,
  { weight = 1, start = 0, end = 1 }: Omit<OpenControl, 'stage' | 'conditions'>,
  made: readonly Tensor[],
  batch: number,
): Adapted {
  if (start > 0) {
    const expected = '0, of a T2I-adapter, which counts from the first step on';
    throw new CodedError('bad-argument', { argument: `controls: ${name}: start`, expected, got: `${start}` });
  }
  const features = made.map(({ shape, data }): Tensor => {
    const all = new Float32Array(batch * data.length);
    for (let i = 0; i < all.length; i++) all[i] = weight * data[i % data.length]!;
    return { type: 'float32', shape: [batch, ...shape.slice(1)], data: all };
  });
  return { features, end };
}

function residuals(shapes: Steering['shapes'], sums?: readonly Float32Array[]): Tensors {
  const named = shapes.map((shape, i): [string, Tensor] => {
    const data = sums?.[i] ?? new Float32Array(shape.reduce((product, size) => product * size, 1));
    return [residualName(i), { type: 'float32', shape, data }];
  });
  return Object.fromEntries(named);
}

/** `sums` and so much of what a ControlNet has made. Where it guesses, a tenth of the outermost, and the more the deeper (controlnet.py, 10). */
function added(
  sums: Float32Array[] | undefined,
  made: Tensors,
  shapes: Steering['shapes'],
  weight: number,
  guesses: boolean,
): Float32Array[] {
  return shapes.map((_, i) => {
    const scale = guesses ? weight * 10 ** (i / (shapes.length - 1) - 1) : weight;
    const data = made[residualName(i)]!.data as Float32Array;
    const sum = sums?.[i];
    return sum ? sum.map((value, at) => value + scale * data[at]!) : scale === 1 ? data : data.map((v) => scale * v);
  });
}

/** A model made for inpainting sees more channels than a ControlNet: mask and masked picture stand behind the latents. */
function withoutBeside(inputs: Tensors): Tensors {
  const sample = inputs.sample!;
  const [batch, channels, ...sides] = sample.shape as [number, number, ...number[]];
  const seen = LATENT_CHANNELS;
  if (channels === seen) return inputs;
  const pixels = sides.reduce((product, size) => product * size, 1);
  const data = new Float32Array(batch * seen * pixels);
  for (let b = 0; b < batch; b++)
    data.set(
      (sample.data as Float32Array).subarray(b * channels * pixels).subarray(0, seen * pixels),
      b * seen * pixels,
    );
  return { ...inputs, sample: { type: 'float32', shape: [batch, seen, ...sides], data } };
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

/** A picture of conditions as a ControlNet sees it, `[batch, 3, height, width]` in [0, 1], brought to this size as Pillow does it. */
export function conditionsOf(
  image: InitImage,
  { width, height }: { readonly width: number; readonly height: number },
  batch: number,
): Tensor {
  const pixels = resized(image.pixels, { width: image.width, height: image.height, channels: 3 }, { width, height });
  const area = width * height;
  const data = new Float32Array(batch * 3 * area);
  for (let i = 0; i < data.length; i++) data[i] = pixels[3 * (i % area) + (Math.floor(i / area) % 3)]! / 255;
  return { type: 'float32', shape: [batch, 3, height, width], data };
}

/** The same as a T2I-adapter sees it: eight by eight pixels of a channel as channels, `PixelUnshuffle` of torch; gray, of those that see one. */
export function adapterConditions(
  { width, height, pixels }: InitImage,
  size: { readonly width: number; readonly height: number },
  channels: number,
): Tensor {
  const seen = channels === 1 ? gray(pixels) : pixels;
  const drawn = resized(seen, { width, height, channels }, size);
  const [rows, columns] = [size.height / ADAPTER_PIXELS, size.width / ADAPTER_PIXELS];
  const data = new Float32Array(drawn.length);
  for (let i = 0; i < data.length; i++) {
    const [at, x] = [Math.floor(i / columns), i % columns];
    const [channel, y] = [Math.floor(at / rows), at % rows];
    const [c, inside] = [Math.floor(channel / ADAPTER_PIXELS ** 2), channel % ADAPTER_PIXELS ** 2];
    const row = y * ADAPTER_PIXELS + Math.floor(inside / ADAPTER_PIXELS);
    const column = x * ADAPTER_PIXELS + (inside % ADAPTER_PIXELS);
    data[i] = drawn[(row * size.width + column) * channels + c]! / 255;
  }
  return { type: 'float32', shape: [1, channels * ADAPTER_PIXELS ** 2, rows, columns], data };
}

/** How many calls of the denoiser a sampler makes: it is asked, about a single number. */
export function callsOf(sampler: Sampler, schedule: Schedule): number {
  const nothing: Latents = { shape: [1, 1, 1, 1], data: new Float32Array(1) };
  const asking = sampler(nothing, schedule);
  let calls = 0;
  for (let turn = asking.next(); !turn.done; ) {
    if (turn.value.type === 'denoise') calls++;
    turn = asking.next(turn.value.type === 'arrived' ? turn.value.x : nothing);
  }
  return calls;
}
