/** Words of a prompt that stand for vectors of their own (textual inversion), and all others as tokens. */
import type { ClipTokenizer, Token } from './tokenizer';

/** A word that somebody has learned vectors for. */
export interface LearnedWord {
  /** How it is written, in any case. */
  readonly names: readonly string[];
  /** What stands in its place: ids beyond the tokenizer's own. */
  readonly ids: readonly number[];
}

/** What must stay together: a token, or all that a learned word stands for. */
export interface Piece {
  readonly ids: readonly number[];
  /** Index in the text of its first character. */
  readonly start: number;
}

/**
 * The pieces of `text`. The longest name counts, where it is not part of a longer word; what stands between names is
 * tokenized by itself, as diffusers does around tokens that were added.
 */
export function piecesOf(text: string, tokenizer: ClipTokenizer, learned: readonly LearnedWord[]): Piece[] {
  const tokens = (from: number, to?: number): Piece[] =>
    tokenizer.encode(text.slice(from, to)).map(({ id, start }: Token) => ({ ids: [id], start: from + start }));
  const idsOf = new Map(learned.flatMap(({ names, ids }) => names.map((name) => [name.toLowerCase(), ids] as const)));
  if (idsOf.size === 0) return tokens(0);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(anyOf([...idsOf.keys()]))) {
    pieces.push(...tokens(at, index), { ids: idsOf.get(found.toLowerCase())!, start: index });
    at = index + found.length;
  }
  return [...pieces, ...tokens(at)];
}

function anyOf(names: readonly string[]): RegExp {
  const longest = [...names].sort((a, b) => b.length - a.length);
  return new RegExp(longest.map(asWritten).join('|'), 'giu');
}

const LETTER = '[\\p{L}\\p{N}]';
const isLetter = new RegExp(`^${LETTER}$`, 'u');

function asWritten(name: string): string {
  const [first, last] = [[...name][0]!, [...name].at(-1)!];
  const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return `${isLetter.test(first) ? `(?<!${LETTER})` : ''}${escaped}${isLetter.test(last) ? `(?!${LETTER})` : ''}`;
}
