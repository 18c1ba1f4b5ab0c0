/**
 * A network as the steps that QNN takes, before it is said in which numbers: every step is an ONNX operator over values
 * and constants, and every value has a tap, the name under which its range is measured and its encoding asked for.
 * `form.ts` writes a drawing down, in float32 or quantized.
 */
import type { Value } from '../layers';
import type { Attribute } from '../onnx/onnxModel';

/** What has one encoding: a value, and all that is the same numbers moved elsewhere. */
export interface Tap {
  /** Of the checkpoint's scope and the value's role: `down_blocks.0.resnets.0.conv1/out`. It does not depend on the size. */
  readonly name: string;
  /** Its zero must be the integer 0, as QNN wants the second factor of a product of activations. */
  readonly symmetric?: boolean;
  /** It lies in [0, 1] whatever the input: what Sigmoid and Softmax leave. */
  readonly unit?: boolean;
}

/** A weight of the checkpoint, or some of its rows, times `factor`. */
export interface Weight {
  readonly kind: 'weight';
  /** The checkpoint's name of the tensor `[rows, …]`. */
  readonly key: string;
  /** As the graph sees it. */
  readonly shape: readonly number[];
  readonly rows: { readonly start: number; readonly count: number };
  readonly factor: number;
  /** Which axis of `shape` its rows are: 0 as the checkpoint has them, 1 transposed. */
  readonly axis: 0 | 1;
}

/** What is added to a product with `weight`, as much of it and scaled as that is. */
export interface Bias {
  readonly kind: 'bias';
  readonly key: string;
  readonly weight: Weight;
  /** What is multiplied, where the step that multiplies also adds; else the sum is a step of its own. */
  readonly input?: Value;
}

/** Other numbers: a tensor of the checkpoint, or known ones. */
export interface Numbers {
  readonly kind: 'numbers';
  /** The checkpoint's name of the tensor, or a name for `values`. */
  readonly key: string;
  readonly values?: () => Float32Array;
  readonly shape: readonly number[];
  /** As an activation, or symmetric in 16 bits, or in 32. */
  readonly as: 'activation' | 'int16' | 'int32';
}

/** A list of int64, such as a shape. */
export interface Integers {
  readonly kind: 'integers';
  readonly values: readonly number[];
}

/** A list of float32 that says how, not what, to compute. */
export interface Floats {
  readonly kind: 'floats';
  readonly values: readonly number[];
}

/** In place of an optional input. */
export interface Absent {
  readonly kind: 'absent';
}

export type Constant = Weight | Bias | Numbers | Integers | Floats | Absent;
export type Operand = Value | Constant;

export const isConstant = (operand: Operand): operand is Constant => 'kind' in operand;

/** One operator. Without `op` its output is its input, in the encoding of another tap. */
export interface Step {
  readonly op?: string;
  readonly inputs: readonly Operand[];
  readonly output: Value;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

const WITHIN_ONE = new Set(['Sigmoid', 'Softmax']);

export class Drawing {
  private readonly all: Step[] = [];
  private readonly entries: Value[] = [];
  private readonly results = new Map<string, string>();
  private readonly taps = new Map<string, Tap>();
  private readonly names = new Map<string, number>();
  private readonly moved = new Map<string, Value>();

  /** A float32 input of the graph, which is there if anything comes of it. */
  input(name: string, shape: readonly number[]): Value {
    const value = this.value(name, shape, { name });
    this.entries.push(value);
    return value;
  }

  output(name: string, { name: value }: Value): void {
    this.results.set(value, name);
  }

  /** A step whose result has an encoding of its own, and is called `name`. */
  step(
    op: string,
    name: string,
    inputs: readonly Operand[],
    shape: readonly number[],
    attributes: Step['attributes'] = {},
  ): Value {
    const unique = this.unique(name);
    const tap = { name: unique, ...(WITHIN_ONE.has(op) ? { unit: true } : {}) };
    return this.add(op, inputs, this.value(unique, shape, tap), attributes);
  }

  /** A step that only moves the numbers of its first input, whose encoding the result has. Asked for again, it is the same. */
  move(
    op: string,
    [x, ...others]: readonly [Value, ...Constant[]],
    shape: readonly number[],
    attributes: Step['attributes'] = {},
  ): Value {
    const key = JSON.stringify([op, x.name, others, shape, attributes]);
    const known = this.moved.get(key);
    if (known) return known;
    const output = this.value(this.unique(`${x.name}/${op}`), shape, this.tapOf(x));
    this.moved.set(key, output);
    return this.add(op, [x, ...others], output, attributes);
  }

  /** `x` in an encoding whose zero is the integer 0. */
  symmetric(x: Value): Value {
    const tap = { ...this.tapOf(x), symmetric: true };
    return this.add(undefined, [x], this.value(this.unique(`${x.name}/symmetric`), x.shape, tap), {});
  }

  tapOf({ name }: Value): Tap {
    return this.taps.get(name)!;
  }

  /** The name under which the graph hands `value` out, if it does. */
  resultName({ name }: Value): string | undefined {
    return this.results.get(name);
  }

  /** The taps whose ranges must be measured, and the name under which the graph takes in or hands out each. */
  measured(): Map<string, string> {
    const { inputs, steps } = this.needed();
    const values = [...inputs, ...steps.map(({ output }) => output)];
    const own = values.filter((value) => this.tapOf(value).name === value.name && !this.tapOf(value).unit);
    return new Map(own.map((value) => [value.name, this.resultName(value) ?? value.name]));
  }

  /** What the outputs need. Producers stand before consumers. */
  needed(): { readonly inputs: readonly Value[]; readonly steps: readonly Step[]; readonly outputs: readonly Value[] } {
    const wanted = new Set(this.results.keys());
    const steps: Step[] = [];
    for (const step of [...this.all].reverse()) {
      if (!wanted.has(step.output.name)) continue;
      steps.push(step);
      for (const input of step.inputs) if (!isConstant(input)) wanted.add(input.name);
    }
    steps.reverse();
    const outputs = steps.map(({ output }) => output).filter(({ name }) => this.results.has(name));
    return { inputs: this.entries.filter(({ name }) => wanted.has(name)), steps, outputs };
  }

  /** `steps` of this drawing, over `inputs`, handing out `outputs`: all under the names that they have here. */
  part(inputs: readonly Value[], steps: readonly Step[], outputs: readonly Value[]): Drawing {
    const part = new Drawing();
    part.entries.push(...inputs);
    part.all.push(...steps);
    for (const [name, tap] of this.taps) part.taps.set(name, tap);
    for (const value of outputs) part.results.set(value.name, this.resultName(value) ?? value.name);
    return part;
  }

  private add(op: string | undefined, inputs: Step['inputs'], output: Value, attributes: Step['attributes']): Value {
    this.all.push({ ...(op ? { op } : {}), inputs, output, attributes });
    return output;
  }

  private value(name: string, shape: readonly number[], tap: Tap): Value {
    this.taps.set(name, tap);
    return { name, shape };
  }

  private unique(name: string): string {
    const count = this.names.get(name) ?? 0;
    this.names.set(name, count + 1);
    return count === 0 ? name : `${name}.${count}`;
  }
}
