/** What a network takes on our own kernels: its memory, and in JavaScript what is kept of prompts and timesteps for when they come again. */
import type { StageNetwork } from '../../models/stage';
import { type Assembled, assemble, networkOf } from '../backend/int8/assemble';
import { memoBytes } from '../backend/int8/memo';
import { bytesOf, WORDS } from '../backend/int8/numbers';

/** Bytes at most, on any machine. */
export const int8Bytes = (network: StageNetwork, threads: number): number =>
  most(network, threads, ({ layout, usual, first }) => {
    const early = first ? memoBytes(first.preludes, first.timesteps) : 0;
    return layout.bytes + memoBytes(usual.preludes) + early;
  });

/** The same of its memory alone. */
export const int8Heap = (network: StageNetwork, threads: number): number =>
  most(network, threads, ({ layout }) => layout.bytes);

/** Rows in words are wider, but only of bytes some networks have two programs. */
function most(network: StageNetwork, threads: number, bytes: (assembled: Assembled) => number): number {
  const described = networkOf(network);
  const numbers = described.first ? [WORDS, bytesOf(255, 0)] : [WORDS];
  return Math.max(...numbers.map((each) => bytes(assemble(described, each, threads))));
}
