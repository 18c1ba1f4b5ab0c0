/**
 * A prompt in chunks of 75 tokens, each encoded by itself between start and end, as stable-diffusion-webui does it
 * (`tokenize_line` of its sd_hijack_clip.py, version 1.10): a chunk ends at BREAK, or where it is full, and then rather at its
 * last comma, if no more than 20 tokens would move with that.
 */
import { BREAK } from './attention';
import type { Piece } from './learned';

/** A chunk as the text encoder takes it. */
export interface Chunk {
  /** `[77]`: start, tokens, end, ends for padding. */
  readonly ids: Int32Array;
  /** `[77]`: what to multiply each token's hidden states by. Absent where all are 1. */
  readonly weights?: Float32Array;
}

export interface Chunked {
  readonly chunks: readonly Chunk[];
  /** Real tokens, those of start and end of each chunk included. */
  readonly tokens: number;
  /** Where what is left out begins, as `Piece.start` counts. */
  readonly cutAt?: number;
}

export interface WeightedPiece extends Piece {
  readonly weight: number;
}

/** Ids of the tokenizer that mean something here. */
export interface Marks {
  readonly start: number;
  readonly end: number;
  readonly comma: number;
}

const NEAR_COMMA = 20;

/** `length` is a chunk's, start and end included. No piece may be longer than `length - 2`. */
export function chunked(pieces: Iterable<WeightedPiece | typeof BREAK>, marks: Marks, length = 77): Chunked {
  const room = length - 2;
  const chunks: WeightedPiece[][] = [];
  let chunk: WeightedPiece[] = [];
  /** Pieces of the chunk up to its last comma. */
  let upToComma = 0;
  const next = (kept = chunk.length): void => {
    chunks.push(chunk.slice(0, kept));
    chunk = chunk.slice(kept);
    upToComma = 0;
  };
  for (const piece of pieces) {
    if (piece === BREAK) {
      next();
      continue;
    }
    const isComma = piece.ids.length === 1 && piece.ids[0] === marks.comma;
    const moved = count(chunk.slice(upToComma));
    if (count(chunk) === room && !isComma && upToComma > 0 && moved < NEAR_COMMA) next(upToComma);
    if (count(chunk) + piece.ids.length > room) next();
    chunk.push(piece);
    if (isComma) upToComma = chunk.length;
  }
  if (chunk.length > 0 || chunks.length === 0) next();
  const tokens = chunks.reduce((sum, each) => sum + count(each) + 2, 0);
  return { chunks: chunks.map((each) => asChunk(each, marks, length)), tokens };
}

/** The first chunk alone, as full as it can be; a word that stands for several vectors may lose some. */
export function cutOff(pieces: Iterable<WeightedPiece | typeof BREAK>, marks: Marks, length = 77): Chunked {
  const kept: WeightedPiece[] = [];
  let left = length - 2;
  let broken = false;
  for (const piece of pieces) {
    if (piece === BREAK) broken = true;
    else if (broken || left < piece.ids.length) {
      if (!broken && left > 0) kept.push({ ...piece, ids: piece.ids.slice(0, left) });
      return { ...only(kept), cutAt: piece.start };
    } else {
      kept.push(piece);
      left -= piece.ids.length;
    }
  }
  return only(kept);

  function only(some: readonly WeightedPiece[]): Chunked {
    return { chunks: [asChunk(some, marks, length)], tokens: count(some) + 2 };
  }
}

const count = (pieces: readonly Piece[]): number => pieces.reduce((sum, { ids }) => sum + ids.length, 0);

function asChunk(pieces: readonly WeightedPiece[], { start, end }: Marks, length: number): Chunk {
  const ids = new Int32Array(length).fill(end);
  ids.set([start, ...pieces.flatMap((piece) => piece.ids)]);
  const weights = new Float32Array(length).fill(1);
  weights.set(
    pieces.flatMap(({ ids: several, weight }) => several.map(() => weight)),
    1,
  );
  return weights.every((weight) => weight === 1) ? { ids } : { ids, weights };
}
