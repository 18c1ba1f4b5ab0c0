/** What a network takes on our own kernels: its memory, and in JavaScript what is kept of prompts and timesteps for when they come again. */
import type { StageNetwork } from '../../models/stage';
import { assemble, networkOf } from '../backend/int8/assemble';
import { memoBytes } from '../backend/int8/memo';
import { WORDS } from '../backend/int8/numbers';

/** Bytes at most, on any machine: where rows are bytes, it is less. */
export function int8Bytes(network: StageNetwork, threads: number): number {
  const { layout, program } = assemble(networkOf(network), WORDS, threads);
  return layout.bytes + memoBytes(program.preludes);
}
