/**
 * A drawing in parts to be computed one after another, each with its own share of the weights. Values keep their names,
 * and so do taps: what is measured in parts holds for the whole.
 */
import type { Value } from '../layers';
import { type Drawing, isConstant, type Step } from './drawing';

/**
 * Where `draw`, and with it `others`, the same network of other sizes, are cut into at most `count` parts, so that little crosses and the
 * shares of weights are about equal: the values that parts begin with, which all of them make. How much crosses goes by the size.
 */
export function cutsIn(draw: Drawing, count: number, others: readonly Drawing[] = []): string[] {
  const { inputs, steps } = draw.needed();
  const made = others.map((other) => new Set(other.needed().steps.map(({ output }) => output.name)));
  const allowed = ({ output }: Step): boolean => made.every((names) => names.has(output.name));
  return cutsOf(steps, inputs, count, allowed).map((at) => steps[at]!.output.name);
}

/** `draw`, or the same of another size, in the parts that begin with `cuts`. */
export function partsOf(draw: Drawing, cuts: readonly string[]): Drawing[] {
  const { steps, outputs } = draw.needed();
  const ends = [...cuts.map((cut) => stepOf(steps, cut)), steps.length];
  const results = new Set(outputs.map(({ name }) => name));
  return ends.map((end, i) => {
    const own = steps.slice(ends[i - 1] ?? 0, end);
    const made = new Set(own.map(({ output }) => output.name));
    const later = new Set(steps.slice(end).flatMap((step) => valuesOf(step).map(({ name }) => name)));
    const taken = new Map(own.flatMap(valuesOf).map((value) => [value.name, value]));
    const given = own.map(({ output }) => output).filter(({ name }) => later.has(name) || results.has(name));
    return draw.part(
      [...taken.values()].filter(({ name }) => !made.has(name)),
      own,
      given,
    );
  });
}

function stepOf(steps: readonly Step[], cut: string): number {
  const at = steps.findIndex(({ output }) => output.name === cut);
  if (at < 0) throw new TypeError(`no step makes ${cut}`);
  return at;
}

const valuesOf = ({ inputs }: Step): Value[] => inputs.filter((input): input is Value => !isConstant(input));

const elements = ({ shape }: { readonly shape: readonly number[] }): number => shape.reduce((a, b) => a * b, 1);

/**
 * Before which steps to cut. A number that a share is off by costs as much as a number that crosses. No cut parts steps that
 * share a weight, as the halves of a gate do.
 */
function cutsOf(
  steps: readonly Step[],
  inputs: readonly Value[],
  count: number,
  allowed: (step: Step) => boolean,
): number[] {
  const crossing = crossingNumbers(steps, new Set(inputs.map(({ name }) => name)));
  const before = [0];
  for (const step of steps) before.push(before.at(-1)! + weightsOf(step));
  const parting = partedWeights(steps);
  const cuts: number[] = [];
  for (let i = 1; i < count; i++) {
    const share = (i * before.at(-1)!) / count;
    const cost = (at: number): number =>
      parting.has(at) || !allowed(steps[at]!)
        ? Number.POSITIVE_INFINITY
        : crossing[at]! + Math.abs(before[at]! - share);
    let best = (cuts.at(-1) ?? 0) + 1;
    for (let at = best + 1; at < steps.length; at++) if (cost(at) < cost(best)) best = at;
    if (best < steps.length && cost(best) < Number.POSITIVE_INFINITY) cuts.push(best);
  }
  return cuts;
}

/** Before which steps a cut would part two that have some of one weight each. */
function partedWeights(steps: readonly Step[]): Set<number> {
  const last = new Map<string, number>();
  const parted = new Set<number>();
  for (const [at, { inputs }] of steps.entries()) {
    for (const constant of inputs.filter(isConstant)) {
      if (constant.kind !== 'weight') continue;
      for (let cut = (last.get(constant.key) ?? at) + 1; cut <= at; cut++) parted.add(cut);
      last.set(constant.key, at);
    }
  }
  return parted;
}

function weightsOf({ inputs }: Step): number {
  const weights = inputs.filter(isConstant).filter(({ kind }) => kind === 'weight');
  return weights.reduce((sum, weight) => sum + elements(weight as { readonly shape: readonly number[] }), 0);
}

/** For each step, how many numbers were made before it and are used by it or later, inputs left out. */
function crossingNumbers(steps: readonly Step[], inputs: ReadonlySet<string>): number[] {
  const lastUse = new Map<string, number>();
  for (const [at, step] of steps.entries()) for (const { name } of valuesOf(step)) lastUse.set(name, at);
  const crossing = new Array<number>(steps.length).fill(0);
  for (const [at, { output }] of steps.entries()) {
    if (inputs.has(output.name)) continue;
    for (let later = at + 1; later <= (lastUse.get(output.name) ?? 0); later++) crossing[later]! += elements(output);
  }
  return crossing;
}
