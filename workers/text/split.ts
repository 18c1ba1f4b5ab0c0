/**
 * Cuts normalized text into words. `CLIPTokenizer` of transformers 5.23 cuts twice: by its own pattern (OpenAI CLIP,
 * `simple_tokenizer.py`), then by GPT-2's inside `ByteLevel`, which takes apart a special token that was written in
 * capitals. White space never reaches the second pattern, so its blanks are left out here.
 */
import { NOT_YET_ALPHANUMERIC } from './unicode';

const LETTER = `(?:(?![${NOT_YET_ALPHANUMERIC}])\\p{L})`;
const DIGIT = `(?:(?![${NOT_YET_ALPHANUMERIC}])\\p{N})`;
const SYMBOL = `(?:[${NOT_YET_ALPHANUMERIC}]|[^\\p{White_Space}\\p{L}\\p{N}])`;
const CONTRACTION = `'s|'t|'re|'ve|'m|'ll|'d`;

const CLIP = new RegExp(`<\\|startoftext\\|>|<\\|endoftext\\|>|${CONTRACTION}|${LETTER}+|${DIGIT}|${SYMBOL}+`, 'gu');
const GPT2 = new RegExp(`${CONTRACTION}|${LETTER}+|${DIGIT}+|${SYMBOL}+`, 'gu');

/** A word and where it starts in the normalized text. */
export interface Word {
  readonly text: string;
  readonly index: number;
}

export function* words(text: string): Generator<Word> {
  for (const outer of text.matchAll(CLIP)) {
    for (const inner of outer[0].matchAll(GPT2)) yield { text: inner[0], index: outer.index + inner.index };
  }
}
