/**
 * Byte-pair encoding of one word: Sennrich et al. 2016 (arXiv 1508.07909), algorithm 1, with CLIP's mark `</w>` on a
 * word's last symbol (OpenAI CLIP, `simple_tokenizer.py`, `bpe`).
 */
import { CodedError } from '../../models/errors';
import { BYTE_SYMBOLS } from './bytes';

const END_OF_WORD = '</w>';

/** What a pair of neighbours becomes, and how early it was learned. */
interface Merge {
  readonly rank: number;
  readonly id: number;
}

/** A piece of a word: its id and the number of bytes it stands for. */
export interface Piece {
  readonly id: number;
  readonly bytes: number;
}

export class BytePairs {
  readonly #inner: readonly number[];
  readonly #last: readonly number[];
  readonly #merges: ReadonlyMap<number, Merge>;
  /** Words seen before. Prompts repeat words; a page that lives for days should still not keep all of them. */
  readonly #cache = new Map<string, readonly Piece[]>();

  /** `merges` is the text of merges.txt. Throws `bad-model` where a symbol has no id in `vocab`. */
  constructor(vocab: Readonly<Record<string, number>>, merges: string) {
    const ids = new Map(Object.entries(vocab));
    this.#inner = BYTE_SYMBOLS.map((symbol) => idOf(ids, symbol));
    this.#last = BYTE_SYMBOLS.map((symbol) => idOf(ids, symbol + END_OF_WORD));
    this.#merges = readMerges(ids, merges);
  }

  /** The pieces of `word`, in order. Their bytes are those of its UTF-8, a lone surrogate as U+FFFD. */
  pieces(word: string): readonly Piece[] {
    const known = this.#cache.get(word);
    if (known) return known;
    const pieces = this.#merge(new TextEncoder().encode(word));
    if (this.#cache.size >= 10_000) this.#cache.clear();
    this.#cache.set(word, pieces);
    return pieces;
  }

  #merge(bytes: Uint8Array): Piece[] {
    let pieces = Array.from(bytes, (byte, i): Piece => {
      const table = i === bytes.length - 1 ? this.#last : this.#inner;
      return { id: table[byte]!, bytes: 1 };
    });
    for (;;) {
      const first = this.#earliest(pieces);
      if (!first) return pieces;
      pieces = this.#mergeAll(pieces, first);
    }
  }

  /** The pair of neighbours that was learned first. */
  #earliest(pieces: readonly Piece[]): Merge | undefined {
    let best: Merge | undefined;
    for (let i = 1; i < pieces.length; i++) {
      const merge = this.#merges.get(pairKey(pieces[i - 1]!.id, pieces[i]!.id));
      if (merge && (!best || merge.rank < best.rank)) best = merge;
    }
    return best;
  }

  /** Every occurrence of one pair merged, from the left. */
  #mergeAll(pieces: readonly Piece[], merge: Merge): Piece[] {
    const merged: Piece[] = [];
    for (let i = 0; i < pieces.length; i++) {
      const [left, right] = [pieces[i]!, pieces[i + 1]];
      if (right && this.#merges.get(pairKey(left.id, right.id)) === merge) {
        merged.push({ id: merge.id, bytes: left.bytes + right.bytes });
        i += 1;
      } else merged.push(left);
    }
    return merged;
  }
}

/** Ids are below 2^26, so that a pair fits a double. */
const pairKey = (left: number, right: number): number => left * 2 ** 26 + right;

/** merges.txt: a `#version` line, then `left right` on each line, earliest first. */
function readMerges(ids: ReadonlyMap<string, number>, text: string): Map<number, Merge> {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const pairs = lines.filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version')));
  const merges = new Map<number, Merge>();
  for (const [rank, line] of pairs.entries()) {
    const [left, right, ...rest] = line.split(' ');
    if (!left || !right || rest.length > 0) throw badMerge(line);
    merges.set(pairKey(idOf(ids, left), idOf(ids, right)), { rank, id: idOf(ids, left + right) });
  }
  return merges;
}

function idOf(ids: ReadonlyMap<string, number>, token: string): number {
  const id = ids.get(token);
  if (id !== undefined) return id;
  throw new CodedError('bad-model', {
    argument: 'tokenizer/vocab.json',
    expected: `an id for the token ${JSON.stringify(token)}`,
    got: `${ids.size} tokens without it`,
  });
}

const badMerge = (line: string) =>
  new CodedError('bad-model', {
    argument: 'tokenizer/merges.txt',
    expected: 'two tokens on a line',
    got: JSON.stringify(line.slice(0, 80)),
  });
