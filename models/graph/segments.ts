/**
 * A network in segments that can be run one after another, each with its own share of the weights. Where to cut follows
 * from the network alone: where little crosses (at the borders of blocks, it turns out) and the shares are about equal.
 */
import type { Layers, Value } from './layers';
import type { Parameter } from './parameters';
import { type Call, replay, traced } from './trace';

export interface Segment {
  /** Describes this part of the network; values from elsewhere are inputs, values for elsewhere outputs. */
  readonly describe: (net: Layers) => void;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly parameters: readonly Parameter[];
}

/** Cuts what `describe` describes into at most `count` segments. `bytesOf` says what a parameter takes. */
export function segmentsOf(
  describe: (net: Layers) => void,
  bytesOf: (parameter: Parameter) => number,
  count: number,
): Segment[] {
  const calls = traced(describe);
  const inputs = new Map(calls.flatMap((call) => (call.op === 'input' ? [[call.result!, call] as const] : [])));
  const cuts = [0, ...cutsOf(calls, inputs, bytesOf, count), calls.length];
  return cuts.slice(1).map((end, i) => segment(calls, inputs, cuts[i]!, end));
}

type Inputs = ReadonlyMap<unknown, Call>;

function segment(calls: readonly Call[], inputs: Inputs, begin: number, end: number): Segment {
  const own = calls.slice(begin, end).filter(({ op }) => op !== 'input');
  const made = new Set<unknown>(own.flatMap(({ result }) => result ?? []));
  const isValue = new Set<unknown>(calls.flatMap(({ result }) => result ?? []));
  const needed = new Set(
    own.flatMap(({ args }) => args.filter((arg) => isValue.has(arg) && !made.has(arg))) as Value[],
  );
  const later = new Set(calls.slice(end).flatMap(({ args }) => args));
  const handed = [...made].filter((value) => later.has(value)) as Value[];
  const results = own.flatMap(({ op, args }) => (op === 'output' ? [args[0] as string] : []));
  return {
    inputs: [...needed].map(({ name }) => name),
    outputs: [...handed.map(({ name }) => name), ...results],
    parameters: own.flatMap(({ parameters }) => parameters),
    describe(net) {
      const values = new Map<unknown, Value>();
      for (const value of needed) {
        const [name, type] = (inputs.get(value)?.args ?? [value.name, 'float32']) as Parameters<Layers['input']>;
        values.set(value, net.input(name, type, value.shape));
      }
      replay(net, own, values);
      for (const value of handed) net.output(value.name, values.get(value)!);
    },
  };
}

/** Before which calls to cut. A byte that a share is off by counts as much as a byte that crosses. */
function cutsOf(
  calls: readonly Call[],
  inputs: Inputs,
  bytesOf: (parameter: Parameter) => number,
  count: number,
): number[] {
  const weights = [0];
  for (const { parameters } of calls) {
    weights.push(weights.at(-1)! + parameters.reduce((sum, parameter) => sum + bytesOf(parameter), 0));
  }
  const crossing = crossingBytes(calls, inputs);
  const cuts: number[] = [];
  for (let i = 1; i < count; i++) {
    const share = (i * weights.at(-1)!) / count;
    const cost = (at: number): number => crossing[at]! + Math.abs(weights[at]! - share);
    let best = (cuts.at(-1) ?? 0) + 1;
    for (let at = best + 1; at < calls.length; at++) if (cost(at) < cost(best)) best = at;
    if (best < calls.length) cuts.push(best);
  }
  return cuts;
}

/** Whoever computes a network may look back across these from what reads them (onnx/onnxLayers.ts): no cut parts the two. */
const TOGETHER = new Set<Call['op']>(['layerNorm', 'attention', 'geglu']);

/** For each call, bytes of the values that were made before it and are used by it or later. */
function crossingBytes(calls: readonly Call[], inputs: Inputs): number[] {
  const lastUse = new Map<unknown, number>();
  for (const [at, { args }] of calls.entries()) for (const arg of args) lastUse.set(arg, at);
  const crossing = new Array<number>(calls.length).fill(0);
  for (const [at, { op, result }] of calls.entries()) {
    if (!result || inputs.has(result)) continue;
    const bytes = TOGETHER.has(op)
      ? Number.POSITIVE_INFINITY
      : 4 * result.shape.reduce((product, size) => product * size, 1);
    for (let later = at + 1; later <= (lastUse.get(result) ?? 0); later++) crossing[later]! += bytes;
  }
  return crossing;
}
