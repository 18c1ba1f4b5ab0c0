/** Where everything lies in the one memory, worked out before it is made: its size is the network's peak, to the page. */
import { RECORD_BYTES, STATE_BYTES, STATE_FIRST } from '../../kernels/layout';
import { aligned, arenaOf, type Life } from './arena';
import type { Instruction, Region } from './instruction';
import type { Program } from './program';

export interface Layout {
  readonly program: number;
  readonly state: number;
  readonly stateBytes: number;
  /** Of each thread. */
  readonly scratch: readonly number[];
  /** Somewhere that nothing else is while weights are read in. */
  readonly staging: number;
  readonly stagingBytes: number;
  readonly bytes: number;
  addressOf(region: Region): number;
  readonly weightBytes: number;
  readonly arenaBytes: number;
}

/** Beside the arena, which serves before the first run, at least so much for weights on their way in. */
const STAGING_BYTES = 4 * 1024 * 1024;

/** A program whose arena is the others' as well: nothing in it outlives a run. */
export interface Laid extends Pick<Program, 'instructions' | 'preludes'> {
  readonly inputs: Iterable<Region>;
  readonly outputs: Iterable<Region>;
}

/** Of programs over the same `constants`, of which one runs at a time: records lie in their order. */
export function layOut(programs: readonly Laid[], constants: Iterable<Region>, threads: number): Layout {
  const instructions = programs.flatMap(({ instructions }) => instructions);
  const addresses = new Map<Region, number>();
  // Nothing at 0, which stands for absence.
  let top = 1024;
  const take = (bytes: number): number => {
    const at = top;
    top = aligned(top + bytes);
    return at;
  };
  const program = take(RECORD_BYTES * instructions.length);
  const stateBytes = STATE_FIRST + STATE_BYTES * instructions.length;
  const state = take(stateBytes);
  const scratchBytes = Math.max(...instructions.map(({ scratch }) => scratch));
  const scratch = Array.from({ length: threads }, () => take(scratchBytes));
  let weightBytes = 0;
  for (const region of constants) {
    addresses.set(region, take(region.bytes));
    weightBytes += region.bytes;
  }
  for (const { preludes } of programs) {
    for (const region of preludes.flatMap(({ kept }) => kept)) addresses.set(region, take(region.bytes));
  }
  const arenas = programs.map(({ instructions, inputs, outputs }) =>
    arenaOf(livesOf(instructions, addresses, [...inputs], [...outputs])),
  );
  const arenaBytes = Math.max(...arenas.map(({ bytes }) => bytes));
  const staging = take(Math.max(arenaBytes, STAGING_BYTES));
  for (const [region, offset] of arenas.flatMap(({ offsets }) => [...offsets])) addresses.set(region, staging + offset);
  return {
    ...{ program, state, stateBytes, scratch, staging, stagingBytes: top - staging, weightBytes },
    arenaBytes,
    // Who reads sixteen at a time may look a little beyond.
    bytes: top + 64,
    addressOf(region) {
      const address = addresses.get(region);
      if (address === undefined) throw new Error(`${region.name} lies nowhere`);
      return address;
    },
  };
}

/** Of all regions that have no place yet. Inputs are there from the start, outputs to the end. */
function livesOf(
  instructions: readonly Instruction[],
  placed: ReadonlyMap<Region, number>,
  inputs: readonly Region[],
  outputs: readonly Region[],
): Life[] {
  const lives = new Map<Region, { first: number; last: number }>();
  const touch = (region: Region, at: number): void => {
    if (placed.has(region)) return;
    const life = lives.get(region) ?? { first: at, last: at };
    lives.set(region, { first: Math.min(life.first, at), last: Math.max(life.last, at) });
  };
  for (const region of inputs) touch(region, -1);
  for (const [at, { reads, writes }] of instructions.entries()) {
    for (const region of [...reads, ...writes]) touch(region, at);
  }
  for (const region of outputs) touch(region, instructions.length);
  return [...lives].map(([region, life]) => ({ region, ...life }));
}
