/** A network written down operation by operation, so that it can be described again in parts. */
import type { Layers, Value } from './layers';
import { listing, type Parameter } from './parameters';

/** One call of an operation of `Layers`. */
export interface Call {
  readonly op: keyof Layers;
  readonly args: readonly unknown[];
  /** What it gave; absent for `output`. */
  readonly result?: Value;
  /** Tensors that it asks for. */
  readonly parameters: readonly Parameter[];
}

/** The calls that `describe` makes. Each result is a value of its own, which later calls have among their arguments. */
export function traced(describe: (net: Layers) => void): Call[] {
  const calls: Call[] = [];
  const asked: Parameter[] = [];
  const shapes = listing(asked);
  const record = (op: keyof Layers, args: readonly unknown[]): Value | undefined => {
    const { shape } = ((shapes[op] as (...args: readonly unknown[]) => Value | undefined)(...args) ?? {}) as Value;
    const result = shape && { name: op === 'input' ? (args[0] as string) : `${op}.${calls.length}`, shape };
    calls.push({ op, args, ...(result ? { result } : {}), parameters: asked.splice(0) });
    return result;
  };
  const net = new Proxy({} as Layers, {
    get:
      (_, op: keyof Layers) =>
      (...args: readonly unknown[]) =>
        record(op, args),
  });
  describe(net);
  return calls;
}

/** Makes `calls` on `net`; `values` holds what `net` has given for the values of calls before, and is added to. */
export function replay(net: Layers, calls: readonly Call[], values: Map<unknown, Value>): void {
  for (const { op, args, result } of calls) {
    const known = args.map((arg) => values.get(arg) ?? arg);
    const given = (net[op] as (...args: readonly unknown[]) => Value)(...known);
    if (result) values.set(result, given);
  }
}
