/**
 * What a network takes on our own kernels: its memory, and in JavaScript what is kept of prompts and timesteps for when they come again.
 * To know it the network is laid out, which takes a tenth to half of a second for a UNet of full size: once for each.
 */
import type { StageNetwork } from '../../models/stage';
import { type Assembled, assemble, networkOf } from '../backend/int8/assemble';
import { memoBytes } from '../backend/int8/memo';
import { bytesOf, WORDS } from '../backend/int8/numbers';
import { networkKey } from './networkKey';

/** Bytes at most, on any machine. */
export const int8Bytes = (network: StageNetwork, threads: number): number => needOf(network, threads).all;

/** The same of its memory alone. */
export const int8Heap = (network: StageNetwork, threads: number): number => needOf(network, threads).heap;

interface Need {
  readonly all: number;
  readonly heap: number;
}

const KNOWN = new Map<string, Need>();

function needOf(network: StageNetwork, threads: number): Need {
  const key = `${networkKey(network)} ${threads}`;
  const need = KNOWN.get(key) ?? most(network, threads);
  KNOWN.set(key, need);
  return need;
}

/** Rows in words are wider, but only of bytes some networks have two programs. */
function most(network: StageNetwork, threads: number): Need {
  const described = networkOf(network);
  const numbers = described.first ? [WORDS, bytesOf(255, 0)] : [WORDS];
  const needs = numbers.map((each) => assembledNeed(assemble(described, each, threads)));
  return { all: Math.max(...needs.map(({ all }) => all)), heap: Math.max(...needs.map(({ heap }) => heap)) };
}

function assembledNeed({ layout, usual, first }: Assembled): Need {
  const early = first ? memoBytes(first.preludes, first.timesteps) : 0;
  return { all: layout.bytes + memoBytes(usual.preludes) + early, heap: layout.bytes };
}
