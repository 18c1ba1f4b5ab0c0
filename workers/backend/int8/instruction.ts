/** One record of a program before anybody knows where things will lie: its addresses are places in buffers. */
import { OPCODE, RECORD_WORDS, TILES } from '../../kernels/layout';

/** Some memory: of the arena, only from the first instruction that writes it to the last that reads it, unless somebody keeps it. */
export interface Region {
  readonly name: string;
  readonly bytes: number;
}

/** A place in a region. */
export interface Place {
  readonly region: Region;
  /** Bytes from its start. */
  readonly offset: number;
}

/** Where a region begins. */
export const place = (region: Region): Place => ({ region, offset: 0 });

/** What a word of a record holds: a 32-bit integer, a float32, or an address. */
export type Word = number | { readonly float: number } | Place;

export interface Instruction {
  readonly opcode: number;
  /** The layer it belongs to, as errors name it. */
  readonly scope: string;
  readonly tiles: number;
  /** By the indexes of `kernels/layout.ts`. */
  readonly words: Record<number, Word>;
  readonly reads: Region[];
  readonly writes: readonly Region[];
  /** Bytes of scratch that a thread needs for it. */
  readonly scratch: number;
}

const isPlace = (word: Word): word is Place => typeof word === 'object' && 'region' in word;

/** Writes the instruction's record to `words[at …]`. */
export function writeRecord(
  { opcode, tiles, words }: Instruction,
  memory: ArrayBufferLike,
  at: number,
  addressOf: (region: Region) => number,
): void {
  const integers = new Int32Array(memory, at, RECORD_WORDS);
  const floats = new Float32Array(memory, at, RECORD_WORDS);
  integers.fill(0);
  integers[OPCODE] = opcode;
  integers[TILES] = tiles;
  for (const [index, word] of Object.entries(words)) {
    if (typeof word === 'number') integers[+index] = word;
    else if (isPlace(word)) integers[+index] = addressOf(word.region) + word.offset;
    else floats[+index] = word.float;
  }
}
