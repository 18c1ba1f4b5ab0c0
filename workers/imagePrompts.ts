/**
 * Pictures that a drawing is to be like, seen, and made keys and values of: fetched for the first drawing with an IP-Adapter. As
 * `prepare_ip_adapter_image_embeds` and `encode_image` of diffusers 0.42.1 (pipeline_stable_diffusion.py) have it: the pass without the prompt is
 * shown no picture, which is zeros in the place of what is seen of one, or what is seen of a picture of zeros.
 */
import { imageKeysName, imageValuesName } from '../models/graph/imageNames';
import { crossAttentions } from '../models/graph/unet';
import { imageEncoding } from '../models/ipAdapter/openImageEncoder';
import { latentsOf } from '../models/ipAdapter/openIpAdapter';
import { type RunOnce, segmentsOnce } from '../models/runOnce';
import type { ChosenIpAdapter, ImageEvent, InitImage } from './api';
import type { Part } from './countsIn';
import { CodedError } from './errors';
import { blankPatches, imagePatches } from './imagePatches';
import { type ImagePrompting, imageTokens, looks } from './imagePrompting';
import type { Drawing } from './networks';
import { runEach } from './runEach';
import type { ImagePrompts } from './shownImages';
import { streamedStage } from './streamed';
import type { Tensor, Tensors } from './tensor';

export { shownImages } from './shownImages';

/** Pictures of the request as its adapters see them; where it is `guided`, no picture, too. Everything that is opened is closed again. */
export async function* encodedImages(drawing: Drawing, guided: boolean): AsyncGenerator<ImageEvent, ImagePrompts> {
  const { parts, request, watch } = drawing;
  const { ipAdapters: chosen = [] } = request;
  const { imagePrompts: prompting } = parts;
  if (prompting?.adapters.length !== chosen.length) {
    const details = { expected: `${chosen.length} that are open`, got: `${prompting?.adapters.length ?? 0}` };
    throw new CodedError('bad-argument', { argument: 'ipAdapters', ...details });
  }
  yield { type: 'encoding' };
  const scopes = crossAttentions(parts.model.description.unet).map(({ scope }) => scope);
  const features = await watch.time('imageEncoder', featuresOfAll(drawing, prompting, guided));
  const [prompt, negative]: [Record<string, Tensor>, Record<string, Tensor>] = [{}, {}];
  const shown: { readonly part: Part; readonly mask: InitImage | undefined }[] = [];
  for (const { at, pictures, blank } of features) {
    const { images, masks, scale = 1 } = chosen[at]!;
    const made = await watch.time('imageEncoder', keysAndValues(drawing, prompting, at, [...pictures, ...blank]));
    const nothing = made[images.length];
    // Each that counts in a place of its own is looked at by itself, the others all at once.
    const groups = masks ? made.slice(0, images.length).map((each) => [each]) : [made.slice(0, images.length)];
    for (const [i, group] of groups.entries()) {
      const index = shown.push({ part: chosen[at]!, mask: masks?.[i] }) - 1;
      for (const scope of scopes) {
        // What is weighed in a sum of values is weighed in what attention makes of them.
        for (const [nameOf, factor] of [
          [imageKeysName, 1],
          [imageValuesName, scale],
        ] as const) {
          const of = (each: Tensors): Tensor => each[nameOf(scope)]!;
          prompt[nameOf(scope, index)] = joined(group.map(of), factor);
          if (nothing) negative[nameOf(scope, index)] = joined(Array<Tensor>(group.length).fill(of(nothing)), factor);
        }
      }
    }
  }
  return {
    ...{ imageTokens: imageTokens(prompting, chosen), prompt, negative },
    ...{ parts: shown.map(({ part }) => part), masks: shown.map(({ mask }) => mask) },
  };
}

/** What an adapter sees in its pictures, and in none, where that is asked for; `at`: its place in the request. */
interface Seen {
  readonly at: number;
  readonly pictures: readonly Tensor[];
  readonly blank: readonly Tensor[];
}

/** Of each adapter that counts. The pictures of all that see alike go through an encoder together. */
async function featuresOfAll(
  drawing: Drawing,
  { adapters, backend }: ImagePrompting,
  guided: boolean,
): Promise<Seen[]> {
  const { ipAdapters: chosen = [] } = drawing.request;
  const all: Seen[] = [];
  for (const { encoder, sees } of looks(adapters)) {
    const counts = ([at, { scale }]: readonly [number, ChosenIpAdapter]): boolean =>
      scale !== 0 && adapters[at]!.sees === sees && adapters[at]!.encoder === encoder;
    const those = [...chosen.entries()].filter(counts);
    if (those.length === 0) continue;
    const pictures = those.flatMap(([, { images }]) => images.map((image) => imagePatches(image, encoder.config)));
    const blank = guided && sees === 'hidden_states' ? [blankPatches(encoder.config)] : [];
    const patches = [...pictures, ...blank].map((each): Tensors => ({ patches: each }));
    const outputs = await run(drawing, imageEncoding(encoder, sees), patches, backend);
    const seen = outputs.map((each) => (sees === 'image_embeds' ? firstToken(each[sees]!) : each[sees]!));
    const nothing = !guided ? [] : blank.length > 0 ? [seen.at(-1)!] : [zerosLike(seen[0]!)];
    let first = 0;
    for (const [at, { images }] of those) {
      all.push({ at, pictures: seen.slice(first, first + images.length), blank: nothing });
      first += images.length;
    }
  }
  return all.sort((a, b) => a.at - b.at);
}

async function keysAndValues(
  drawing: Drawing,
  { adapters, backend }: ImagePrompting,
  at: number,
  seen: readonly Tensor[],
): Promise<Tensors[]> {
  const { adapter, network } = adapters[at]!;
  const latents = await latentsOf(adapter);
  const own: Tensors = latents ? { latents: { type: 'float32', ...latents } } : {};
  return run(
    drawing,
    network,
    seen.map((features): Tensors => ({ features, ...own })),
    backend,
  );
}

async function run(
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
