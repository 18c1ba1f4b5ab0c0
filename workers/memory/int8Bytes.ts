/** What a network takes on our own kernels: its memory, and in JavaScript what is kept of prompts and timesteps for when they come again. */
import type { StageNetwork } from '../../models/stage';
import { type Assembled, assemble, networkOf } from '../backend/int8/assemble';
import { memoBytes } from '../backend/int8/memo';
import { bytesOf, WORDS } from '../backend/int8/numbers';

/** Rows in words are wider; rows in bytes may be rounded in two ways, for which there is a program each. */
const NUMBERS = [WORDS, bytesOf(255, 0)];

/** Bytes at most, on any machine. */
export const int8Bytes = (network: StageNetwork, threads: number): number =>
  most(network, threads, ({ layout, usual, first }) => {
    const preludes = [...usual.preludes, ...(first?.preludes ?? [])];
    return layout.bytes + memoBytes(preludes);
  });

/** The same of its memory alone. */
export const int8Heap = (network: StageNetwork, threads: number): number =>
  most(network, threads, ({ layout }) => layout.bytes);

const most = (network: StageNetwork, threads: number, bytes: (assembled: Assembled) => number): number =>
  Math.max(...NUMBERS.map((numbers) => bytes(assemble(networkOf(network), numbers, threads))));
