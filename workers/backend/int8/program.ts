/**
 * A network as instructions over regions of memory. What depends on the timestep alone, or on the prompt alone, is a part of
 * its own (a prelude) that runs before the rest and only where its input has changed: its results are kept.
 */
import type { Instruction, Region } from './instruction';

/** Instructions `begin … end - 1` that depend on no input but `input`; what they leave for the rest, or as outputs, is `kept`. */
export interface Prelude {
  readonly input: string;
  readonly begin: number;
  readonly end: number;
  readonly kept: readonly Region[];
}

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly preludes: readonly Prelude[];
  /** Where the rest begins. */
  readonly begin: number;
}

/** Puts `instructions` into order: preludes of the inputs in `alone` first. `made` of a region tells its input where one is. */
export function ordered(
  instructions: readonly Instruction[],
  inputs: ReadonlyMap<Region, string>,
  alone: readonly string[],
  outputs: readonly Region[],
): Program {
  const sources = sourcesOf(instructions, inputs);
  const isOf = (input: string) => (instruction: Instruction) =>
    sources.get(instruction)!.size === 1 && sources.get(instruction)!.has(input);
  const parts = alone.map((input) => ({ input, own: instructions.filter(isOf(input)) }));
  const early = new Set(parts.flatMap(({ own }) => own));
  const rest = instructions.filter((instruction) => !early.has(instruction));
  let at = 0;
  const preludes = parts.map(({ input, own }): Prelude => {
    const begin = at;
    at += own.length;
    const written = new Set(own.flatMap(({ writes }) => writes));
    const kept = new Set([...rest.flatMap(({ reads }) => reads), ...outputs].filter((region) => written.has(region)));
    return { input, begin, end: at, kept: [...kept] };
  });
  return { instructions: [...parts.flatMap(({ own }) => own), ...rest], preludes, begin: at };
}

/** For each instruction the inputs that its result depends on. */
function sourcesOf(instructions: readonly Instruction[], inputs: ReadonlyMap<Region, string>) {
  const ofRegion = new Map<Region, Set<string>>([...inputs].map(([region, name]) => [region, new Set([name])]));
  const ofInstruction = new Map<Instruction, Set<string>>();
  // Twice: a layer may be written down before what is added to it, which goes before it all the same.
  for (let round = 0; round < 2; round++) {
    for (const instruction of instructions) {
      const sources = new Set(instruction.reads.flatMap((region) => [...(ofRegion.get(region) ?? [])]));
      ofInstruction.set(instruction, sources);
      for (const region of instruction.writes) ofRegion.set(region, sources);
    }
  }
  return ofInstruction;
}
