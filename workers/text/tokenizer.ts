/**
 * CLIP's tokenizer: byte-level BPE over normalized words, ids equal to `CLIPTokenizer` of transformers 5.23.0 (which
 * runs tokenizers 0.23.3) on every string. Source: its `tokenization_clip.py`; vocabulary by OpenAI CLIP.
 */
import { CodedError } from '../../models/errors';
import { BytePairs } from './bpe';
import { type Normalized, normalize } from './normalize';
import { words } from './split';

const START = '<|startoftext|>';
const END = '<|endoftext|>';

/** The contents of a model's tokenizer folder. */
export interface TokenizerFiles {
  /** vocab.json: token → id. */
  readonly vocab: Readonly<Record<string, number>>;
  /** merges.txt, whole. */
  readonly merges: string;
}

/** A token and where it came from. */
export interface Token {
  readonly id: number;
  /** Index in the text of the character that the token, or its first byte, belongs to. */
  readonly start: number;
}

export class ClipTokenizer {
  /** The ids of `<|startoftext|>` and `<|endoftext|>`. */
  readonly start: number;
  readonly end: number;
  readonly #pairs: BytePairs;

  /** Throws `bad-model` where the files miss a token they need. */
  constructor({ vocab, merges }: TokenizerFiles) {
    this.start = special(vocab, START);
    this.end = special(vocab, END);
    this.#pairs = new BytePairs(vocab, merges);
  }

  /**
   * The tokens of `text`, of any length, without the start and the end that a prompt gets. The end token counts where
   * it is spelled out exactly, the start token also in capitals: the tokenizer_config.json of SD 1.x marks it
   * `normalized`, and transformers heeds that for the start alone, since the end is also the plain pad token.
   */
  encode(text: string): Token[] {
    return [...this.#tokens(text)];
  }

  *#tokens(text: string): Generator<Token> {
    for (const part of cutAt(END, text)) {
      if (part.text === END) yield { id: this.end, start: part.index };
      else yield* this.#normalized(normalize(part.text, part.index));
    }
  }

  *#normalized({ text, origins }: Normalized): Generator<Token> {
    for (const part of cutAt(START, text)) {
      if (part.text === START) yield { id: this.start, start: origins[part.index]! };
      else for (const word of words(part.text)) yield* this.#word(word.text, origins, part.index + word.index);
    }
  }

  *#word(word: string, origins: readonly number[], index: number): Generator<Token> {
    const ofBytes = originsOfBytes(word, origins.slice(index, index + word.length));
    let byte = 0;
    for (const { id, bytes } of this.#pairs.pieces(word)) {
      yield { id, start: ofBytes[byte]! };
      byte += bytes;
    }
  }
}

/** `text` in order: what lies between the occurrences of `token`, and each occurrence as a part of its own. */
function* cutAt(token: string, text: string): Generator<{ readonly text: string; readonly index: number }> {
  let index = 0;
  for (const part of text.split(token)) {
    if (index > 0) yield { text: token, index: index - token.length };
    yield { text: part, index };
    index += part.length + token.length;
  }
}

/** For each byte of `word` in UTF-8, the origin of its character; `origins` are those of its UTF-16 units. */
function originsOfBytes(word: string, origins: readonly number[]): number[] {
  const ofBytes: number[] = [];
  let unit = 0;
  for (const character of word) {
    for (let i = utf8Length(character.codePointAt(0)!); i > 0; i--) ofBytes.push(origins[unit]!);
    unit += character.length;
  }
  return ofBytes;
}

const utf8Length = (codePoint: number): number =>
  codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;

function special(vocab: TokenizerFiles['vocab'], token: string): number {
  const id = vocab[token];
  if (id !== undefined) return id;
  throw new CodedError('bad-model', {
    argument: 'tokenizer/vocab.json',
    expected: `an id for ${token}`,
    got: `${Object.keys(vocab).length} tokens without it`,
  });
}
