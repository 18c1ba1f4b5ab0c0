/**
 * Where regions lie that are needed only for a while: two share memory where their times do not overlap. The largest first,
 * each at the lowest place that is free as long as it is needed (greedy by size; Pisarchyk and Lee, Efficient memory
 * management for deep neural net inference, 2020, algorithm 3).
 */
import type { Region } from './instruction';

/** From instruction `first` to instruction `last`, both included. */
export interface Life {
  readonly region: Region;
  readonly first: number;
  readonly last: number;
}

export interface Arena {
  /** Bytes from the arena's start. */
  readonly offsets: ReadonlyMap<Region, number>;
  readonly bytes: number;
}

export function arenaOf(lives: readonly Life[]): Arena {
  const offsets = new Map<Region, number>();
  const placed: (Life & { readonly begin: number; readonly end: number })[] = [];
  let bytes = 0;
  for (const life of [...lives].sort((a, b) => b.region.bytes - a.region.bytes || a.first - b.first)) {
    const size = aligned(life.region.bytes);
    let begin = 0;
    // In order of place, so that the first gap that is wide enough is the lowest.
    for (const other of placed) {
      if (other.last < life.first || other.first > life.last) continue;
      if (other.begin - begin >= size) break;
      begin = Math.max(begin, other.end);
    }
    const at = placed.findIndex((other) => other.begin > begin);
    placed.splice(at < 0 ? placed.length : at, 0, { ...life, begin, end: begin + size });
    offsets.set(life.region, begin);
    bytes = Math.max(bytes, begin + size);
  }
  return { offsets, bytes };
}

/** Regions start where a cache line does. */
export const ALIGNMENT = 64;

export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
