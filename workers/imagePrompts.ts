/**
 * Pictures that a drawing is to be like: seen, made keys and values of, and shown to the UNet beside the prompt. Fetched for the first drawing with
 * an IP-Adapter. As `prepare_ip_adapter_image_embeds` and `encode_image` of diffusers 0.42.1 (pipeline_stable_diffusion.py) have it: the pass
 * without the prompt is shown no picture, which is zeros in the place of what is seen of one, or what is seen of a picture of zeros.
 */
import type { ClipVisionOutput } from '../models/graph/clipVision';
import { imageKeysName, imageValuesName } from '../models/graph/imageNames';
import { listing } from '../models/graph/parameters';
import { crossAttentions, unet as describeUnet } from '../models/graph/unet';
import { imageEncoding } from '../models/ipAdapter/openImageEncoder';
import { latentsOf } from '../models/ipAdapter/openIpAdapter';
import { type RunOnce, segmentsOnce } from '../models/runOnce';
import type { UNetConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { ChosenIpAdapter, ImageEvent } from './api';
import type { Stage } from './backend/backend';
import { CodedError } from './errors';
import { blankPatches, imagePatches } from './imagePatches';
import { type ImagePrompting, imageTokens } from './imagePrompting';
import type { Drawing } from './networks';
import { runEach } from './runEach';
import { streamedStage } from './streamed';
import type { Tensor, Tensors } from './tensor';

/** What the UNet is shown of pictures: keys and values of each cross-attention, with the prompt and without. */
export interface ImagePrompts {
  /** Of each adapter that counts. */
  readonly imageTokens: readonly number[];
  readonly prompt: Tensors;
  readonly negative: Tensors;
}

/** Pictures of the request as its adapters see them. Everything that is opened is closed again. */
export async function* encodedImages(drawing: Drawing): AsyncGenerator<ImageEvent, ImagePrompts> {
  const { parts, request, watch } = drawing;
  const { ipAdapters: chosen = [] } = request;
  const { imagePrompts: prompting } = parts;
  if (prompting?.adapters.length !== chosen.length) {
    const expected = `${chosen.length} that are open`;
    throw new CodedError('bad-argument', {
      argument: 'ipAdapters',
      expected,
      got: `${prompting?.adapters.length ?? 0}`,
    });
  }
  yield { type: 'encoding' };
  const features = await watch.time('imageEncoder', featuresOfAll(drawing, prompting, chosen));
  const [prompt, negative]: [Record<string, Tensor>, Record<string, Tensor>] = [{}, {}];
  let index = 0;
  for (const [i, { scale = 1 }] of chosen.entries()) {
    const seen = features[i];
    if (!seen) continue;
    const made = await watch.time('imageEncoder', keysAndValues(drawing, prompting, i, seen));
    for (const { scope } of crossAttentions(parts.model.description.unet)) {
      const named = {
        [imageKeysName(scope)]: imageKeysName(scope, index),
        [imageValuesName(scope)]: imageValuesName(scope, index),
      };
      for (const [from, to] of Object.entries(named)) {
        const factor = from === imageValuesName(scope) ? scale : 1;
        const [blank, ...pictures] = made.map((each) => each[from]!);
        prompt[to] = joined(pictures, factor);
        negative[to] = joined(
          pictures.map(() => blank!),
          factor,
        );
      }
    }
    index++;
  }
  return { imageTokens: imageTokens(prompting, chosen), prompt, negative };
}

/** Of each adapter that counts: what is seen of no picture, then of each of its own. All that see alike are seen in one go. */
async function featuresOfAll(
  drawing: Drawing,
  { encoder, adapters, backend }: ImagePrompting,
  chosen: readonly ChosenIpAdapter[],
): Promise<(readonly Tensor[] | undefined)[]> {
  const features: (readonly Tensor[] | undefined)[] = chosen.map(() => undefined);
  const counts = (i: number, sees: ClipVisionOutput): boolean => adapters[i]!.sees === sees && chosen[i]!.scale !== 0;
  for (const sees of ['image_embeds', 'hidden_states'] as const) {
    const those = [...chosen.keys()].filter((i) => counts(i, sees));
    if (those.length === 0) continue;
    const blank = sees === 'hidden_states' ? [blankPatches(encoder.config)] : [];
    const pictures = those.flatMap((i) => chosen[i]!.images.map((image) => imagePatches(image, encoder.config)));
    const patches = [...blank, ...pictures].map((each): Tensors => ({ patches: each }));
    const outputs = await runOnce(drawing, imageEncoding(encoder, sees), patches, backend);
    const seen = outputs.map((each) => (sees === 'image_embeds' ? firstToken(each[sees]!) : each[sees]!));
    const nothing = blank.length > 0 ? seen.shift()! : zerosLike(seen[0]!);
    for (const i of those) features[i] = [nothing, ...seen.splice(0, chosen[i]!.images.length)];
  }
  return features;
}

async function keysAndValues(
  drawing: Drawing,
  { adapters, backend }: ImagePrompting,
  i: number,
  seen: readonly Tensor[],
): Promise<Tensors[]> {
  const { adapter, network } = adapters[i]!;
  const latents = await latentsOf(adapter);
  const inputs = seen.map(
    (features): Tensors => ({ features, ...(latents ? { latents: { type: 'float32', ...latents } } : {}) }),
  );
  return runOnce(drawing, network, inputs, backend);
}

async function runOnce(
  { signal }: Drawing,
  network: RunOnce,
  inputs: readonly Tensors[],
  backend: ImagePrompting['backend'],
): Promise<Tensors[]> {
  const stage = streamedStage(segmentsOnce(network), backend, signal, { lean: true });
  try {
    return await runEach(stage, inputs, signal);
  } finally {
    await stage.close();
  }
}

/**
 * `unet`, opened for `size`, shown pictures: those of the prompt where `isPrompt` says that its hidden states are the prompt's. In one call
 * for both, those without it come first.
 */
export function shownImages(
  unet: Stage,
  config: UNetConfig,
  size: StageSize,
  { prompt, negative }: ImagePrompts,
  isPrompt: (hiddenStates: Tensor) => boolean,
): Stage {
  const names = inputsOf(config, size).filter((name) => name in prompt);
  const of = (from: Tensors): Tensors => Object.fromEntries(names.map((name) => [name, from[name]!]));
  // Kept, so that whoever computes knows those again that it has seen.
  const [alone, without] = [of(prompt), of(negative)];
  const both = size.batch === 2 ? of(stackedAll(negative, prompt)) : alone;
  const shown = (inputs: Tensors): Tensors => {
    const states = inputs.encoder_hidden_states!;
    return { ...inputs, ...(size.batch === 2 ? both : isPrompt(states) ? alone : without) };
  };
  return {
    run: (inputs) => unet.run(shown(inputs)),
    ...(unet.runEach ? { runEach: (all) => unet.runEach!(all.map(shown)) } : {}),
    close: () => unet.close(),
  };
}

/** Names of what a UNet that is opened for `size` takes in: a part of one takes in less. */
function inputsOf(config: UNetConfig, size: StageSize): string[] {
  const names: string[] = [];
  const net = listing([]);
  const noting: typeof net = {
    ...net,
    input(name, ...rest) {
      names.push(name);
      return net.input(name, ...rest);
    },
  };
  describeUnet(noting, config, size);
  return names;
}

const stackedAll = (first: Tensors, second: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]): [string, Tensor] => {
      const all = new Float32Array(2 * data.length);
      all.set(data);
      all.set(second[name]!.data, data.length);
      return [name, { type: 'float32', shape: [2, ...shape.slice(1)], data: all }];
    }),
  );

/** `[1, T, C]` one after another along T, times `factor`. */
function joined(all: readonly Tensor[], factor: number): Tensor {
  const [, tokens, channels] = all[0]!.shape as [number, number, number];
  const data = new Float32Array(all.length * tokens * channels);
  for (const [i, each] of all.entries()) data.set(each.data, i * tokens * channels);
  return {
    type: 'float32',
    shape: [1, all.length * tokens, channels],
    data: factor === 1 ? data : data.map((value) => factor * value),
  };
}

function firstToken({ shape, data }: Tensor): Tensor {
  const width = shape.at(-1)!;
  return { type: 'float32', shape: [1, 1, width], data: (data as Float32Array).slice(0, width) };
}

const zerosLike = ({ shape, data }: Tensor): Tensor => ({
  type: 'float32',
  shape,
  data: new Float32Array(data.length),
});
