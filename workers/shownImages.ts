/** A UNet that is shown pictures beside the prompt. */
import { listing } from '../models/graph/parameters';
import { unet as describeUnet } from '../models/graph/unet';
import type { UNetConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { Stage } from './backend/backend';
import type { Tensor, Tensors } from './tensor';

/**
 * What the UNet is shown of pictures: keys and values `[1, tokens, channels]` of each cross-attention, by the names of its inputs; with the prompt
 * and, where that is guided, without.
 */
export interface ImagePrompts {
  /** Of each adapter that counts. */
  readonly imageTokens: readonly number[];
  readonly prompt: Tensors;
  readonly negative: Tensors;
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
