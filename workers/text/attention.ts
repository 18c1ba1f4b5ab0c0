/**
 * Weights in a prompt, as stable-diffusion-webui reads them (its prompt_parser.py, version 1.10): `(word)` weighs 1.1 times,
 * `[word]` a 1.1th, `(word:1.3)` 1.3 times; a backslash takes a bracket literally; the word BREAK begins a new chunk.
 */
import { CodedError } from '../../models/errors';

/** Text of one weight. `origins[i]` is where its UTF-16 unit `i` stands in the prompt. */
export interface Weighted {
  readonly text: string;
  readonly weight: number;
  readonly origins: readonly number[];
}

export const BREAK = 'break';

const ROUND = 1.1;
const SQUARE = 1 / 1.1;

/** What the parser tells apart: an escape, a bracket's end with its weight, a single character that may be one, and text. */
const PIECES = /\\([()[\]\\]?)|:\s*([+-]?[.\d]+)\s*\)|[()[\]:]|[^\\()[\]:]+/g;
const A_BREAK = /\s*(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])\s*/gu;

interface Growing {
  text: string;
  weight: number;
  origins: number[];
}

/** `bad-argument` for a weight that is no number. BREAK breaks within brackets, too, where webui reads the word. */
export function weightsOf(prompt: string): (Weighted | typeof BREAK)[] {
  const read: (Growing | typeof BREAK)[] = [];
  const open: { readonly round: number[]; readonly square: number[] } = { round: [], square: [] };
  const say = (text: string, at: number): void => {
    read.push({ text, weight: 1, origins: Array.from({ length: text.length }, (_, i) => at + i) });
  };
  const weigh = (from: number | undefined, factor: number): void => {
    for (const one of read.slice(from)) if (one !== BREAK) one.weight *= factor;
  };
  for (const { 0: piece, 1: escaped, 2: weight, index } of prompt.matchAll(PIECES)) {
    if (escaped !== undefined) say(escaped, index + 1);
    else if (piece === '(') open.round.push(read.length);
    else if (piece === '[') open.square.push(read.length);
    else if (weight !== undefined && open.round.length > 0) weigh(open.round.pop(), numberOf(weight));
    else if (piece === ')' && open.round.length > 0) weigh(open.round.pop(), ROUND);
    else if (piece === ']' && open.square.length > 0) weigh(open.square.pop(), SQUARE);
    else {
      let at = 0;
      for (const found of piece.matchAll(A_BREAK)) {
        say(piece.slice(at, found.index), index + at);
        read.push(BREAK);
        at = found.index + found[0].length;
      }
      say(piece.slice(at), index + at);
    }
  }
  for (const from of open.round) weigh(from, ROUND);
  for (const from of open.square) weigh(from, SQUARE);
  return joined(read);
}

/** Neighbors of one weight are one text, so that its tokens do not know of brackets that change nothing. */
function joined(read: readonly (Growing | typeof BREAK)[]): (Weighted | typeof BREAK)[] {
  const result: (Growing | typeof BREAK)[] = [];
  for (const one of read) {
    const last = result.at(-1);
    if (one !== BREAK && last !== undefined && last !== BREAK && last.weight === one.weight) {
      last.text += one.text;
      last.origins.push(...one.origins);
    } else result.push(one);
  }
  return result;
}

function numberOf(weight: string): number {
  const value = Number(weight);
  if (!Number.isNaN(value)) return value;
  throw new CodedError('bad-argument', { argument: 'prompt: weight', expected: 'a number', got: weight });
}
