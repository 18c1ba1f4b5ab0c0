/** Collects the nodes, constants and weights of one ONNX graph. */
import { packedElementBytes } from '../../manifest';
import { badModel } from '../../refuse';
import type { PackedTensor, StageName } from '../../stage';
import type { Value } from '../layers';
import { executionOrder } from './executionOrder';
import { type LiveBytes, liveBytes, type ValueSize } from './liveBytes';
import { type Attribute, encodeModel, type Initializer, MICROSOFT, type Node, type Port } from './onnxModel';
import { reaching } from './reaching';

const TYPES = { F32: 'float32', F16: 'float16', I8: 'int8', U8: 'uint8' } as const;

/** Operators of ONNX Runtime that are not ONNX's. */
const OWN_OPERATORS = new Set(['MatMulIntegerToFloat', 'MatMulNBits']);

/**
 * Unless told otherwise: weights that take up to this many bytes once they are widened and transformed are constants, for
 * which ONNX Runtime does so once and for all. More are inputs that nobody has to give, which stay as they are stored:
 * their f32 forms come and go within a run.
 */
export const CONSTANT_BYTES = 256 * 1024 * 1024;

/** What a graph takes of the heap, bytes. */
export interface HeapNeed {
  /** Weights as they lie there from run to run. */
  readonly weights: number;
  /** Values in flight at the worst moment of a run, widened and transformed weights among them. */
  readonly values: LiveBytes;
}

export class GraphBuilder {
  readonly inputs: Port[] = [];
  private readonly outputs: Port[] = [];
  /** Before all other nodes, so that a run-time can free the narrow weights it has widened. */
  private readonly casts: Node[] = [];
  private readonly nodes: Node[] = [];
  private readonly initializers = new Map<string, Initializer>();
  /** Computed when the graph is written: a memory plan never does. */
  private readonly constants = new Map<string, () => Initializer>();
  private readonly names = new Map<string, number>();
  /** Of every value that a node makes; all but pieces of weights are float32. */
  private readonly sizes = new Map<string, ValueSize>();
  private readonly packed: ReadonlyMap<string, PackedTensor>;
  private readonly constant: boolean;
  private readonly made = new Map<string, readonly Value[]>();

  constructor(
    readonly stage: StageName,
    tensors: readonly PackedTensor[],
    private readonly weightsFile: string,
    constantBytes = CONSTANT_BYTES,
  ) {
    this.packed = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    this.constant = widenedBytes(tensors) <= constantBytes;
  }

  /** Adds a node with one output of the given shape, named after `scope`. */
  node(
    op: string,
    scope: string,
    inputs: readonly (Value | string)[],
    shape: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    return this.nodeWithOutputs(op, scope, inputs, [shape], attributes)[0]!;
  }

  nodeWithOutputs(
    op: string,
    scope: string,
    inputs: readonly (Value | string)[],
    shapes: readonly (readonly number[])[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value[] {
    const name = this.unique(`${scope}/${op}`);
    const values = shapes.map((shape, i) => ({ name: shapes.length === 1 ? name : `${name}:${i}`, shape }));
    const outputs = values.map((value) => value.name);
    for (const { name, shape } of values) this.sizes.set(name, { shape, elementBytes: 4 });
    this.nodes.push({
      op,
      name,
      inputs: inputs.map((input) => (typeof input === 'string' ? input : input.name)),
      outputs,
      attributes,
      ...(OWN_OPERATORS.has(op) ? { domain: MICROSOFT } : {}),
    });
    return values;
  }

  /** What `make` made for this `key` before, or makes now. */
  once(key: string, make: () => readonly Value[]): readonly Value[] {
    const values = this.made.get(key) ?? make();
    this.made.set(key, values);
    return values;
  }

  /** Gives a value the name under which the graph hands it out. */
  output(name: string, value: Value): void {
    this.nodes.push({ op: 'Identity', name, inputs: [value.name], outputs: [name], attributes: {} });
    this.outputs.push({ name, type: 'float32', shape: value.shape });
  }

  /** Whether the weights file has a tensor of this name. */
  has(key: string): boolean {
    return this.packed.has(key);
  }

  /** A weight as it is stored; `dims` is the shape under which the graph sees the same bytes. */
  stored(key: string, dims: readonly number[]): string {
    const tensor = this.tensor(key);
    const seen = `${key}[${dims}]`;
    if (!this.initializers.has(seen)) {
      const data = { file: this.weightsFile, offset: tensor.offset, bytes: tensor.bytes };
      this.initializers.set(seen, { name: seen, type: TYPES[tensor.dtype], shape: dims, data });
    }
    return seen;
  }

  /** A weight's numbers as float32; those of an int8 weight are not scaled. */
  weight(key: string, dims: readonly number[]): string {
    return this.widened(key, this.stored(key, dims), dims);
  }

  /** `count` entries of a weight's last axis, from `start` on, as float32: only they are widened. */
  weightPart(key: string, dims: readonly number[], { start, count }: { start: number; count: number }): Value {
    const shape = [...dims.slice(0, -1), count];
    if (count === dims.at(-1)) return { name: this.weight(key, dims), shape };
    const stored = this.stored(key, dims);
    const bounds = [[start], [start + count], [-1]].map((list) => this.integers(list));
    const elementBytes = packedElementBytes(this.tensor(key).dtype);
    const part = this.early('Slice', `${stored}/${start}`, [stored, ...bounds], elementBytes, shape);
    return { name: this.widened(key, part, shape), shape };
  }

  /** Small float32 constants, within the graph. */
  floats(label: string, values: ArrayLike<number>, shape: readonly number[]): string {
    return this.constantOf(label, 'float32', () => Float32Array.from(values), shape);
  }

  /** A list of int64, such as a shape; equal lists are one constant. */
  integers(values: readonly number[]): string {
    return this.constantOf(`[${values}]`, 'int64', () => BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** Many int32, computed once for each `label`. */
  indices(label: string, compute: () => Int32Array, shape: readonly number[]): string {
    return this.constantOf(label, 'int32', compute, shape);
  }

  /** What a run of it takes, the library itself and the heap's gaps not counted. */
  need(): HeapNeed {
    const tensors = [...this.packed.values()];
    const stored = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
    const nodes = executionOrder([...this.casts, ...this.needed()]);
    return {
      weights: this.constant ? widenedBytes(tensors) : stored,
      values: liveBytes(nodes, (value) => this.sizes.get(value)),
    };
  }

  build(): Uint8Array {
    const stored = [...this.initializers.values()];
    const overridable = this.constant ? [] : stored;
    return encodeModel({
      name: this.stage,
      nodes: [...this.casts, ...this.needed()],
      initializers: [...stored, ...[...this.constants.values()].map((make) => make())],
      inputs: [...this.inputs, ...overridable.map(({ name, type, shape }) => ({ name, type, shape }))],
      outputs: this.outputs,
    });
  }

  private widened(key: string, stored: string, dims: readonly number[]): string {
    return this.tensor(key).dtype === 'F32'
      ? stored
      : this.early('Cast', `${stored}/Cast`, [stored], 4, dims, { to: 1 });
  }

  /** A node that stands before the others, made once. */
  private early(
    op: string,
    name: string,
    inputs: readonly string[],
    elementBytes: number,
    shape: readonly number[],
    attributes: Node['attributes'] = {},
  ): string {
    if (!this.sizes.has(name)) {
      this.sizes.set(name, { shape, elementBytes });
      this.casts.push({ op, name, inputs, outputs: [name], attributes });
    }
    return name;
  }

  private needed(): Node[] {
    return reaching(
      this.nodes,
      this.outputs.map(({ name }) => name),
    );
  }

  private tensor(key: string): PackedTensor {
    const tensor = this.packed.get(key);
    if (!tensor) throw badModel(`${this.stage}: ${key}`, 'a packed tensor of this name', 'none');
    return tensor;
  }

  private constantOf(
    label: string,
    type: 'float32' | 'int32' | 'int64',
    compute: () => Float32Array | Int32Array | BigInt64Array,
    shape: readonly number[],
  ): string {
    if (!this.constants.has(label)) {
      this.constants.set(label, () => {
        const { buffer, byteOffset, byteLength } = compute();
        return { name: label, type, shape, data: new Uint8Array(buffer, byteOffset, byteLength) };
      });
    }
    return label;
  }

  private unique(name: string): string {
    const count = this.names.get(name) ?? 0;
    this.names.set(name, count + 1);
    return count === 0 ? name : `${name}.${count}`;
  }
}

/** Bytes of weights as float32, 3×3 kernels as the larger of Winograd's forms. Four-bit weights stay as they are. */
const widenedBytes = (tensors: readonly PackedTensor[]): number =>
  tensors.reduce((sum, { name, dtype, shape, bytes }) => {
    if (dtype === 'U8') return sum + bytes;
    return sum + (name.endsWith('/taps') ? 16 : 4) * shape.reduce((product, size) => product * size, 1);
  }, 0);
