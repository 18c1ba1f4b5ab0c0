/** Prompts with weights, in several chunks, with learned words, or changing from step to step. */
import { pickedSource } from '../models/folder.picked';
import type { TextEncoderConfig } from '../models/sd15';
import { openTextualInversion } from '../models/textualInversion';
import type { Embedding } from './api';
import { hiresStepsOf, isHires } from './hires';
import type { LearnedTokens } from './learnedTokens';
import { withoutLoraTags } from './pictureFile/loraTags';
import {
  type AskedText,
  chunksOf,
  longPromptsOf,
  type PromptName,
  type PromptPair,
  type PromptSteps,
  type Prompts,
  promptsIn,
  skippedIn,
  toldOf,
} from './prompts';
import { BREAK, weightsOf } from './text/attention';
import { type Chunked, chunked, cutOff, type WeightedPiece } from './text/chunks';
import { composedIn, isComposition } from './text/composition';
import { type LearnedWord, piecesOf } from './text/learned';
import { scheduledAt, scheduleOf } from './text/schedule';
import type { ClipTokenizer } from './text/tokenizer';

/** As `readPrompts` does. */
export async function styledPrompts(
  asked: AskedText,
  encoder: TextEncoderConfig,
  tokenizer: ClipTokenizer,
): Promise<Prompts> {
  const length = encoder.maxPositionEmbeddings;
  const { words: learned, vectors } = await learnedWords(asked.embeddings ?? [], encoder);
  const styled = asked.promptStyle === 'a1111';
  const marks = { start: tokenizer.start, end: tokenizer.end, comma: tokenizer.encode(',')[0]!.id };
  const chunk = longPromptsOf(asked) === 'cut' ? cutOff : chunked;
  const read = once((text: string): Chunked => {
    const pieces = styled ? weighted(text, tokenizer, learned) : evenly(text, tokenizer, learned);
    return chunk(pieces, marks, length);
  });
  // In the negative prompt they are text, there as here.
  const words = (which: PromptName, text: string): string =>
    styled && which === 'prompt' ? withoutLoraTags(text).text : text;
  const parts = styled ? composedIn(words('prompt', asked.prompt)) : [];
  const composed = styled && isComposition(parts);
  const names = promptsIn(asked, composed).map(([which, written]) => [which, words(which, written)] as const);
  const others = composed ? parts.slice(1).map(({ text }) => ['prompt', text] as const) : [];
  // A prompt alone loses its weight, too, which is 1.
  const [alone] = parts;
  const said = names.map(([which, text]) => [which, which === 'prompt' && alone ? alone.text : text] as const);
  const textsIn = (length: number, after?: number) =>
    [...said, ...others].map(([, text]) => {
      const schedule = styled ? scheduleOf(text, length, after) : [{ until: length, text }];
      return Array.from({ length }, (_, step) => scheduledAt(schedule, step));
    });
  const pair = once((key: string): PromptPair => {
    const texts = JSON.parse(key) as string[];
    const named = names.map(([which], i) => [which, read(texts[i]!).chunks]);
    const pair = Object.fromEntries(named) as unknown as PromptPair;
    if (!composed) return pair;
    const chunks = [pair.prompt, ...texts.slice(names.length).map((text) => read(text).chunks)];
    return { ...pair, composed: parts.map(({ weight }, i) => ({ chunks: chunks[i]!, weight })) };
  });
  const pairs = (texts: readonly string[][]): PromptSteps =>
    texts[0]!.map((_, step) => pair(JSON.stringify(texts.map((each) => each[step])))) as [PromptPair, ...PromptPair[]];
  const first = textsIn(asked.steps);
  const again = isHires(asked) ? textsIn(hiresStepsOf(asked).steps, asked.steps) : undefined;
  const told = names.map(([which], i) => {
    const its = [i, ...(which === 'prompt' ? others.map((_, at) => names.length + at) : [])];
    const distinct = [...new Set(its.flatMap((at) => [...first[at]!, ...(again?.[at] ?? [])]))];
    return toldOf(asked, { which, ...toTell(distinct, read) });
  });
  const steps = pairs(first);
  const second = again && pairs(again);
  return {
    steps,
    ...(second ? { second } : {}),
    skipped: skippedIn(asked),
    told,
    ...(vectors.length > 0 ? { learned: learnedIn([...steps, ...(second ?? [])], encoder.vocabSize, vectors) } : {}),
  };
}

/** The longest of the texts counts; what is cut is that of the first of which something is. */
function toTell(texts: readonly string[], read: (text: string) => Chunked): { tokens: number; cut: string } {
  const cuts = texts.flatMap((text) => {
    const { cutAt } = read(text);
    return cutAt === undefined ? [] : [text.slice(cutAt).trim()];
  });
  return { tokens: Math.max(...texts.map((text) => read(text).tokens)), cut: cuts[0] ?? '' };
}

function weighted(text: string, tokenizer: ClipTokenizer, words: readonly LearnedWord[]) {
  return weightsOf(text).flatMap((part): (WeightedPiece | typeof BREAK)[] => {
    if (part === BREAK) return [BREAK];
    const { weight, origins } = part;
    return piecesOf(part.text, tokenizer, words).map(({ ids, start }) => ({ ids, start: origins[start]!, weight }));
  });
}

const evenly = (text: string, tokenizer: ClipTokenizer, words: readonly LearnedWord[]): WeightedPiece[] =>
  piecesOf(text, tokenizer, words).map((piece) => ({ ...piece, weight: 1 }));

/** Ids that continue the table of tokens, in the order of the embeddings. */
async function learnedWords(
  embeddings: readonly Embedding[],
  { hiddenSize, vocabSize, maxPositionEmbeddings }: TextEncoderConfig,
) {
  const words: LearnedWord[] = [];
  const vectors: Float32Array[] = [];
  for (const { name, file } of embeddings) {
    const source = pickedSource(file.path, file.file);
    const opened = await openTextualInversion(source, { width: hiddenSize, most: maxPositionEmbeddings - 2 });
    const ids = opened.vectors.map((_, i) => vocabSize + vectors.length + i);
    words.push({ names: [name, ...(opened.word === undefined ? [] : [opened.word])], ids });
    vectors.push(...opened.vectors);
  }
  return { words, vectors };
}

function learnedIn(steps: readonly PromptPair[], first: number, vectors: readonly Float32Array[]): LearnedTokens {
  const chunks = [...new Set(steps)].flatMap(chunksOf).flat();
  return { first, vectors, ids: new Set(chunks.flatMap(({ ids }) => [...ids])) };
}

function once<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}
