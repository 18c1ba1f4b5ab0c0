/**
 * Prompts as the UNet is shown them, step by step: hidden states of their chunks one after another, weighted as
 * stable-diffusion-webui does by default ("Original" in its sd_emphasis.py, version 1.10).
 */
import type { Conditioning } from './guidance';
import { type PromptChunks, type PromptPair, type Prompts, tokensOf } from './prompts';
import type { Tensor } from './tensor';
import type { Chunk } from './text/chunks';

/** `[1, tokens, D]` in every step. What is the same in two steps is the same object. */
export interface ConditioningInSteps {
  readonly tokens: number;
  /** Of step `step`, counted from 0. */
  at(step: number): Conditioning;
}

/** `encode` gives hidden states `[1, 77, D]` of ids `[77]`; it is asked once for each chunk. Shorter prompts go on empty. */
export async function conditioningOf(
  prompts: Prompts,
  encode: (ids: Int32Array) => Promise<Tensor>,
): Promise<ConditioningInSteps> {
  const known = new Map<string, Float32Array>();
  const encoded = async ({ ids, weights }: Chunk): Promise<Float32Array> => {
    const key = `${ids} ${weights ?? ''}`;
    const states = known.get(key) ?? weighted((await encode(ids)).data as Float32Array, weights);
    known.set(key, states);
    return states;
  };
  const tokens = tokensOf(prompts);
  const tensors = new Map<PromptChunks, Tensor>();
  const tensorOf = async (chunks: PromptChunks): Promise<Tensor> => {
    const found = tensors.get(chunks);
    if (found) return found;
    const missing = tokens / chunks[0]!.ids.length - chunks.length;
    const all: Float32Array[] = [];
    for (const chunk of [...chunks, ...Array<Chunk>(missing).fill(emptyLike(chunks[0]!))])
      all.push(await encoded(chunk));
    const data = all.length === 1 ? all[0]! : joined(all);
    const tensor: Tensor = { type: 'float32', shape: [1, tokens, data.length / tokens], data };
    tensors.set(chunks, tensor);
    return tensor;
  };
  const pairs = new Map<PromptPair, Conditioning>();
  for (const pair of new Set(prompts.steps)) {
    const prompt = await tensorOf(pair.prompt);
    pairs.set(pair, pair.negativePrompt ? { prompt, negativePrompt: await tensorOf(pair.negativePrompt) } : { prompt });
  }
  return { tokens, at: (step) => pairs.get(prompts.steps[step] ?? prompts.steps.at(-1)!)! };
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
