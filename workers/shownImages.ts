/** A UNet that is shown pictures beside the prompt. */
import { imageValuesName } from '../models/graph/imageNames';
import { crossAttentions } from '../models/graph/unet';
import type { UNetConfig } from '../models/sd15';
import type { ImageTokens, StageSize } from '../models/stage';
import type { InitImage } from './api';
import type { Stage } from './backend/backend';
import type { Part } from './countsIn';
import { maskInputs } from './imageMasks';
import { takenIn } from './takenIn';
import type { Tensor, Tensors } from './tensor';

/**
 * What the UNet is shown of pictures: keys and values `[1, tokens, channels]` of each cross-attention, by the names of its inputs; with the prompt
 * and, where that is guided, without.
 */
export interface ImagePrompts {
  /** Of each adapter that counts, or of each of its pictures. */
  readonly imageTokens: readonly ImageTokens[];
  /** When it does, of each. */
  readonly parts: readonly Part[];
  /** Where it does, of those that do not everywhere. */
  readonly masks?: readonly (InitImage | undefined)[];
  readonly prompt: Tensors;
  readonly negative: Tensors;
}

/** What of them a UNet is shown in a call: alone with the prompt, or without, or in one call for both. */
interface Shown {
  readonly alone: Tensors;
  readonly without: Tensors;
  readonly both: Tensors;
}

/**
 * `unet`, opened for `size`, shown pictures: those of the prompt where `isPrompt` says that its hidden states are the prompt's. In one call
 * for both, those without it come first. `counts`: whether one of them, by its place, does so now; of one that does not the values are zeros, whose
 * attention is. Masks are the same with the prompt and without.
 */
export function shownImages(
  unet: Stage,
  config: UNetConfig,
  size: StageSize,
  { prompt, negative, parts, masks = [] }: Pick<ImagePrompts, 'prompt' | 'negative' | 'parts' | 'masks'>,
  isPrompt: (hiddenStates: Tensor) => boolean,
  counts: (index: number) => boolean = () => true,
): Stage {
  const names = takenIn(config, size).filter((name) => name in prompt);
  const scopes = crossAttentions(config).map(({ scope }) => scope);
  const places = maskInputs(config, { ...size, batch: 1 }, masks);
  const made = (off: readonly number[]): Shown => {
    const silent = new Set(off.flatMap((index) => scopes.map((scope) => imageValuesName(scope, index))));
    const of = (from: Tensors, where: Tensors): Tensors => ({
      ...Object.fromEntries(names.map((name) => [name, silent.has(name) ? zerosLike(from[name]!) : from[name]!])),
      ...where,
    });
    const alone = of(prompt, places);
    const both = (): Tensors => of(stackedAll(negative, prompt), stackedAll(places, places));
    return { alone, without: of(negative, places), both: size.batch === 2 ? both() : alone };
  };
  // Kept, so that whoever computes knows those again that it has seen.
  const kept = new Map<string, Shown>();
  const now = (): Shown => {
    const off = [...parts.keys()].filter((index) => !counts(index));
    const shown = kept.get(`${off}`) ?? made(off);
    kept.set(`${off}`, shown);
    return shown;
  };
  const shown = (inputs: Tensors): Tensors => {
    const { alone, without, both } = now();
    return { ...inputs, ...(size.batch === 2 ? both : isPrompt(inputs.encoder_hidden_states!) ? alone : without) };
  };
  return {
    run: (inputs) => unet.run(shown(inputs)),
    ...(unet.runEach ? { runEach: (all) => unet.runEach!(all.map(shown)) } : {}),
    close: () => unet.close(),
  };
}

const zerosLike = ({ shape, data }: Tensor): Tensor => ({
  ...{ type: 'float32', shape },
  data: new Float32Array(data.length),
});

const stackedAll = (first: Tensors, second: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]): [string, Tensor] => {
      const all = new Float32Array(2 * data.length);
      all.set(data);
      all.set(second[name]!.data, data.length);
      return [name, { type: 'float32', shape: [2, ...shape.slice(1)], data: all }];
    }),
  );
