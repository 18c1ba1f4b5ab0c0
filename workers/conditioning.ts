/**
 * Prompts as the UNet is shown them, step by step: hidden states of their chunks one after another, weighted as
 * stable-diffusion-webui does by default ("Original" in its sd_emphasis.py, version 1.10).
 */
import type { Conditioning } from './guidance';
import {
  type PromptChunks,
  type PromptName,
  type PromptPair,
  type PromptSteps,
  type Prompts,
  tokensOf,
} from './prompts';
import type { Tensor } from './tensor';
import type { Chunk } from './text/chunks';

/** `[1, tokens, D]` in every step. What is the same in two steps is the same object. */
export interface ConditioningInSteps {
  readonly tokens: number;
  /** Of step `step`, counted from 0. */
  at(step: number): Conditioning;
}

/** Of a drawing; `second`: of a second pass, where it is shown something else. */
export interface ConditioningInPasses extends ConditioningInSteps {
  readonly second?: ConditioningInSteps;
}

/** Hidden states `[1, 77, D]` of ids `[77]`: the last layer's, or, `skipped`, an earlier one's. */
export type EncodeChunk = (ids: Int32Array, skipped: boolean) => Promise<Tensor>;

/** Each chunk is encoded once. The shorter of two prompts goes on empty. `withEmpty`: there is an empty prompt beside a negative one. */
export async function conditioningOf(
  prompts: Prompts,
  encode: EncodeChunk,
  { withEmpty = false }: { readonly withEmpty?: boolean } = {},
): Promise<ConditioningInPasses> {
  const { steps, second, skipped } = prompts;
  const encoded = once(
    ({ ids, weights }: Chunk, skip: boolean) => `${ids} ${weights ?? ''} ${skip}`,
    async ({ ids, weights }, skip) => weighted((await encode(ids, skip)).data as Float32Array, weights),
  );
  const inSteps = async (steps: PromptSteps): Promise<ConditioningInSteps> => {
    const tokens = tokensOf(steps);
    const tensorOf = async (chunks: PromptChunks, which: PromptName): Promise<Tensor> => {
      const missing = tokens / chunks[0]!.ids.length - chunks.length;
      const all: Float32Array[] = [];
      for (const chunk of [...chunks, ...Array<Chunk>(missing).fill(emptyLike(chunks[0]!))])
        all.push(await encoded(chunk, skipped.includes(which)));
      const data = all.length === 1 ? all[0]! : joined(all);
      return { type: 'float32', shape: [1, tokens, data.length / tokens], data };
    };
    const tensors = { prompt: new Map<PromptChunks, Tensor>(), negativePrompt: new Map<PromptChunks, Tensor>() };
    const known = async (chunks: PromptChunks, which: PromptName): Promise<Tensor> => {
      const tensor = tensors[which].get(chunks) ?? (await tensorOf(chunks, which));
      tensors[which].set(chunks, tensor);
      return tensor;
    };
    /** One after another: a network computes one thing at a time. */
    const statesOf = async (composed: NonNullable<PromptPair['composed']>) => {
      const all: { states: Tensor; weight: number }[] = [];
      for (const { chunks, weight } of composed) all.push({ states: await known(chunks, 'prompt'), weight });
      return all;
    };
    const [{ prompt: anyPrompt }] = steps;
    const empty = withEmpty ? { emptyPrompt: await known([emptyLike(anyPrompt[0]!)], 'negativePrompt') } : {};
    const pairs = new Map<PromptPair, Conditioning>();
    for (const pair of new Set(steps)) {
      const prompt = await known(pair.prompt, 'prompt');
      const { negativePrompt, composed } = pair;
      const parts = composed && { composed: await statesOf(composed) };
      pairs.set(
        pair,
        negativePrompt
          ? { prompt, ...parts, negativePrompt: await known(negativePrompt, 'negativePrompt'), ...empty }
          : { prompt },
      );
    }
    return { tokens, at: (step) => pairs.get(steps[step] ?? steps.at(-1)!)! };
  };
  const first = await inSteps(steps);
  return { ...first, ...(second ? { second: await inSteps(second) } : {}) };
}

function once<Args extends readonly unknown[], T>(key: (...args: Args) => string, make: (...args: Args) => Promise<T>) {
  const made = new Map<string, T>();
  return async (...args: Args): Promise<T> => {
    const name = key(...args);
    const found = made.get(name) ?? (await make(...args));
    made.set(name, found);
    return found;
  };
}

/** Multiplies each token's states by its weight, then all of them so that their mean is what it was. */
function weighted(states: Float32Array, weights: Float32Array | undefined): Float32Array {
  if (!weights) return states;
  const width = states.length / weights.length;
  const scaled = states.map((value, i) => value * weights[Math.floor(i / width)]!);
  const factor = mean(states) / mean(scaled);
  return scaled.map((value) => value * factor);
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Start, and ends to the end: what an empty prompt is. */
function emptyLike({ ids }: Chunk): Chunk {
  const empty = new Int32Array(ids.length).fill(ids.at(-1)!);
  empty[0] = ids[0]!;
  return { ids: empty };
}

function joined(all: readonly Float32Array[]): Float32Array {
  const [{ length }] = all as [Float32Array, ...Float32Array[]];
  const data = new Float32Array(all.length * length);
  for (const [i, each] of all.entries()) data.set(each, i * length);
  return data;
}
