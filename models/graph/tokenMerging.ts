/**
 * Token merging, Bolya and Hoffman 2023, "Token Merging for Fast Stable Diffusion" (arXiv 2303.17604), as tomesd 0.1.3 (merge.py,
 * patch.py) has it for one picture at a time: of every two by two tokens of the finest level the first is a destination, the others
 * are sources. Each source finds the destination most like it, and those most alike become one token for self-attention, the mean of
 * all that were joined; what comes out of attention goes back to each of them.
 */
import type { Layers, Value } from './layers';

/** The largest ratio: all sources, three tokens of four. */
export const MOST_MERGED = 0.75;

/** Which tokens may be joined to which others, and how many are. */
export interface TokenPartition {
  readonly height: number;
  readonly width: number;
  /** Tokens, row by row, that may be joined to others, and those that others are joined to. */
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  /** How many of the sources are. */
  readonly merged: number;
}

/** Of `height` × `width` tokens, about `ratio` of which are to go, in [0, 0.75]. */
export function partitioned(height: number, width: number, ratio: number): TokenPartition {
  const sources: number[] = [];
  const destinations: number[] = [];
  for (let token = 0; token < height * width; token++) {
    const [y, x] = [Math.floor(token / width), token % width];
    // Beyond the last whole two by two all are sources.
    const isFirst = y % 2 === 0 && x % 2 === 0 && y + 1 < height && x + 1 < width;
    (isFirst ? destinations : sources).push(token);
  }
  const wanted = destinations.length > 0 ? Math.floor(height * width * ratio) : 0;
  return { height, width, sources, destinations, merged: Math.min(sources.length, wanted) };
}

/** Self-attention, `attend`, over tokens `[B, T, C]` of which those alike by `metric` `[B, T, C]` are one. */
export function withMerged(
  net: Layers,
  partition: TokenPartition,
  metric: Value,
  tokens: Value,
  attend: (few: Value) => Value,
): Value {
  if (partition.merged === 0) return attend(tokens);
  const places = net.matchTokens(metric, partition);
  const few = net.mergeTokens(tokens, places, tokens.shape[1]! - partition.merged);
  return net.unmergeTokens(attend(few), places);
}
