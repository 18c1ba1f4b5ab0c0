/**
 * What a request says, as chunks of tokens for the text encoder: of each prompt one, or several, or others in every step.
 * Whatever is not written as diffusers reads it comes from `styledPrompts.ts`, which is fetched when it is needed.
 */
import { TOKENS } from '../models/configs/textEncoderConfig';
import { later } from '../models/later';
import type { TokenizerFiles } from '../models/manifest';
import type { HiresRequest, ImageEvent, ImageRequest } from './api';
import { CodedError } from './errors';
import type { LearnedTokens } from './learnedTokens';
import type { Model } from './model';
import type { Chunk } from './text/chunks';
import { encodePrompt } from './text/prompt';
import { ClipTokenizer } from './text/tokenizer';

/** A prompt's chunks, one after another. */
export type PromptChunks = readonly Chunk[];

/** What the UNet is shown in a step. */
export interface PromptPair {
  readonly prompt: PromptChunks;
  readonly negativePrompt?: PromptChunks;
  /** Where the prompt is several, or has a weight: all of them; the first is `prompt`. */
  readonly composed?: readonly { readonly chunks: PromptChunks; readonly weight: number }[];
}

export type PromptSteps = readonly [PromptPair, ...PromptPair[]];

type PromptEvent = Extract<ImageEvent, { type: 'prompt' }>;

export interface Prompts {
  /** By step, from 0; the last is that of all later ones, too. What is the same in two steps is the same object. */
  readonly steps: PromptSteps;
  /** Those of a second pass, where they are others. */
  readonly second?: PromptSteps;
  /** Those whose hidden states are an earlier layer's: in plain style the negative one's never are, as in diffusers. */
  readonly skipped: readonly PromptName[];
  /** What there is to tell of each prompt. */
  readonly told: readonly PromptEvent[];
  /** Ids beyond the text encoder's own table, where there are such. */
  readonly learned?: LearnedTokens;
}

export type AskedText = Pick<
  ImageRequest,
  | 'prompt'
  | 'negativePrompt'
  | 'promptStyle'
  | 'longPrompts'
  | 'clipSkip'
  | 'embeddings'
  | 'guidanceScale'
  | 'steps'
  | keyof HiresRequest
>;

export type PromptName = 'prompt' | 'negativePrompt';

export const skippedIn = ({ clipSkip = 0, promptStyle = 'plain' }: AskedText): PromptName[] =>
  clipSkip === 0 ? [] : promptStyle === 'plain' ? ['prompt'] : ['prompt', 'negativePrompt'];

export const longPromptsOf = ({ promptStyle = 'plain', longPrompts }: AskedText): 'cut' | 'chunks' =>
  longPrompts ?? (promptStyle === 'plain' ? 'cut' : 'chunks');

/** The prompts that guidance asks for, by their names; of a composition the negative one, too, whatever its scale. */
export const promptsIn = (
  { prompt, negativePrompt, guidanceScale }: AskedText,
  composed = false,
): [PromptName, string][] =>
  guidanceScale > 1 || composed
    ? [
        ['prompt', prompt],
        ['negativePrompt', negativePrompt],
      ]
    : [['prompt', prompt]];

/** Rejects with `bad-argument` for what `model` has no layers for, and as `openTextualInversion` does. */
export async function readPrompts(
  asked: AskedText,
  { description, tokenizer: files }: Pick<Model, 'description' | 'tokenizer'>,
): Promise<Prompts> {
  const { promptStyle = 'plain', embeddings = [], clipSkip = 0 } = asked;
  const { numHiddenLayers } = description.textEncoder;
  if (clipSkip >= numHiddenLayers) {
    const expected = `at most ${numHiddenLayers - 1}, of ${numHiddenLayers} layers`;
    throw new CodedError('bad-argument', { argument: 'clipSkip', expected, got: `${clipSkip}` });
  }
  const tokenizer = tokenizerOf(files);
  if (promptStyle === 'plain' && longPromptsOf(asked) === 'cut' && embeddings.length === 0)
    return plainPrompts(asked, tokenizer);
  const { styledPrompts } = await later(import('./styledPrompts'));
  return styledPrompts(asked, description.textEncoder, tokenizer);
}

/** How many hidden states the UNet will look at in each step. */
export const tokensOf = (steps: PromptSteps): number =>
  TOKENS * Math.max(...steps.flatMap(chunksOf).map(({ length }) => length));

/** All that the UNet is shown in a step. */
export const chunksOf = ({ prompt, negativePrompt = [], composed = [] }: PromptPair): PromptChunks[] => [
  prompt,
  negativePrompt,
  ...composed.map(({ chunks }) => chunks),
];

/** The same before anything is opened. */
export async function plannedTokens(
  asked: AskedText,
  model: Pick<Model, 'description' | 'tokenizer'>,
): Promise<number> {
  if (longPromptsOf(asked) === 'cut') return TOKENS;
  const { steps, second = steps } = await readPrompts(asked, model);
  return Math.max(tokensOf(steps), tokensOf(second));
}

/** A number as a weight, edits, turns, brackets in brackets, BREAK: as nobody writes who means the signs themselves. */
const STYLED = /\([^()]*:\s*[+-]?[.\d]+\s*\)|\[[^[\]]*(?:\||:\s*[.\d]+\s*\])|\(\(|\bBREAK\b|<lora:[^>]+>/;

export function toldOf(
  { promptStyle = 'plain', ...asked }: AskedText,
  { which, tokens, cut }: Pick<PromptEvent, 'which' | 'tokens' | 'cut'>,
): PromptEvent {
  const styled = promptStyle === 'plain' && STYLED.test(asked[which]);
  return { type: 'prompt', which, tokens, cut, ...(styled ? { styled } : {}) };
}

function plainPrompts(asked: AskedText, tokenizer: ClipTokenizer): Prompts {
  const read = promptsIn(asked).map(([which, text]) => ({ which, ...encodePrompt(tokenizer, text, TOKENS) }));
  const pair = Object.fromEntries(read.map(({ which, ids }) => [which, [{ ids }]])) as unknown as PromptPair;
  return {
    steps: [pair],
    skipped: skippedIn(asked),
    told: read.map((one) => toldOf(asked, one)),
  };
}

const tokenizers = new WeakMap<TokenizerFiles, ClipTokenizer>();

/** Made once for each model: reading all merges takes a while. */
function tokenizerOf(files: TokenizerFiles): ClipTokenizer {
  const made = tokenizers.get(files) ?? new ClipTokenizer(files);
  tokenizers.set(files, made);
  return made;
}
