/** Collects the nodes, constants and weights of one ONNX graph. */
import { badModel } from '../../refuse';
import type { PackedTensor, StageName } from '../../stage';
import type { Value } from '../layers';
import { liveBytes } from './liveBytes';
import { type Attribute, encodeModel, type Initializer, type Node, type Port } from './onnxModel';

export class GraphBuilder {
  readonly inputs: Port[] = [];
  private readonly outputs: Port[] = [];
  /** Before all other nodes, so that a run-time can free the narrow weights it has widened. */
  private readonly casts: Node[] = [];
  private readonly nodes: Node[] = [];
  private readonly initializers = new Map<string, Initializer>();
  private readonly names = new Map<string, number>();
  /** Of every value that a node makes; all are float32. */
  private readonly bytes = new Map<string, number>();
  private readonly packed: ReadonlyMap<string, PackedTensor>;

  constructor(
    private readonly stage: StageName,
    tensors: readonly PackedTensor[],
    private readonly weightsFile: string,
  ) {
    this.packed = new Map(tensors.map((tensor) => [tensor.name, tensor]));
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
    for (const value of values) this.bytes.set(value.name, 4 * value.shape.reduce((count, size) => count * size, 1));
    this.nodes.push({
      op,
      name,
      inputs: inputs.map((input) => (typeof input === 'string' ? input : input.name)),
      outputs,
      attributes,
    });
    return values;
  }

  /** Gives a value the name under which the graph hands it out. */
  output(name: string, value: Value): void {
    this.nodes.push({ op: 'Identity', name, inputs: [value.name], outputs: [name], attributes: {} });
    this.outputs.push({ name, type: 'float32', shape: value.shape });
  }

  /** A weight as float32, by its key; `dims` is the shape under which the graph sees the same bytes. */
  weight(key: string, dims: readonly number[]): string {
    const tensor = this.packed.get(key);
    if (!tensor) throw badModel(`${this.stage}: ${key}`, 'a packed tensor of this name', 'none');
    const narrow = tensor.dtype === 'F16';
    const seen = `${key}[${dims}]`;
    if (!this.initializers.has(seen)) {
      const data = { file: this.weightsFile, offset: tensor.offset, bytes: tensor.bytes };
      this.initializers.set(seen, { name: seen, type: narrow ? 'float16' : 'float32', shape: dims, data });
      if (narrow) {
        this.casts.push({
          op: 'Cast',
          name: `${seen}/Cast`,
          inputs: [seen],
          outputs: [`${seen}/Cast`],
          attributes: { to: 1 },
        });
      }
    }
    return narrow ? `${seen}/Cast` : seen;
  }

  /** Small float32 constants, within the graph. */
  floats(label: string, values: ArrayLike<number>, shape: readonly number[]): string {
    return this.constant(label, 'float32', Float32Array.from(values), shape);
  }

  /** A list of int64, such as a shape; equal lists are one constant. */
  integers(values: readonly number[]): string {
    return this.constant(`[${values}]`, 'int64', BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** Bytes of the values in flight at the worst moment of a run; weights not counted. */
  peakBytes(): number {
    return liveBytes(this.nodes, (value) => this.bytes.get(value));
  }

  build(): Uint8Array {
    return encodeModel({
      name: this.stage,
      nodes: [...this.casts, ...this.nodes],
      initializers: [...this.initializers.values()],
      inputs: this.inputs,
      outputs: this.outputs,
    });
  }

  private constant(
    label: string,
    type: 'float32' | 'int64',
    values: Float32Array | BigInt64Array,
    shape: readonly number[],
  ): string {
    if (!this.initializers.has(label)) {
      const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      this.initializers.set(label, { name: label, type, shape, data });
    }
    return label;
  }

  private unique(name: string): string {
    const count = this.names.get(name) ?? 0;
    this.names.set(name, count + 1);
    return count === 0 ? name : `${name}.${count}`;
  }
}
