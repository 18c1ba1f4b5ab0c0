/**
 * How much memory a graph's values take at their worst moment, from the graph alone: what a memory plan needs to know
 * before anything is opened. It follows what ONNX Runtime's planner does (onnxruntime 1.30, allocation_planner.cc):
 * a value lives from the node that makes it to the last that reads it, or to the end where none does, `Reshape` shares the buffer of what it reshapes,
 * and an elementwise node, or Softmax, writes over an input that nobody reads again.
 */
import type { Node } from './onnxModel';

/** Nodes that hand on their first input's buffer. */
const ALIASES = new Set(['Reshape', 'Identity', 'Unsqueeze', 'Squeeze', 'Flatten']);
/** Nodes that may write over an input of the same size. */
const IN_PLACE = new Set(['Add', 'Mul', 'Sub', 'Sigmoid', 'Softmax', 'Clip', 'Div', 'Sqrt']);

/** Of a value. */
export interface ValueSize {
  readonly shape: readonly number[];
  readonly elementBytes: number;
}

const bytesOf = ({ shape, elementBytes }: ValueSize): number =>
  shape.reduce((product, size) => product * size, elementBytes);

/** Bytes at the worst moment. */
export interface LiveBytes {
  /** Where a buffer is given back as soon as nobody reads it. */
  readonly lean: number;
  /**
   * Where buffers are shared: the next value of exactly the same shape takes the buffer of one that nobody reads any
   * more, however much later, and the buffer is there from the first of them to the last.
   */
  readonly shared: number;
}

/**
 * `nodes` are in the order they are executed in. `sizeOf` is asked for values that nodes make and for inputs of the
 * graph; weights and constants, for which it returns `undefined`, are not counted.
 */
export function liveBytes(nodes: readonly Node[], sizeOf: SizeOf): LiveBytes {
  const lastUse = new Map<string, number>();
  for (const [i, node] of nodes.entries()) for (const input of node.inputs) lastUse.set(input, i);
  const inputs = inputBytes(nodes, lastUse.keys(), sizeOf);
  const peak = (buffers: Buffers): number =>
    inputs + mostAlive(buffersOf(nodes, lastUse, sizeOf, buffers), nodes.length);
  return { lean: peak(new Buffers(sizeOf, false)), shared: peak(new Buffers(sizeOf, true)) };
}

/** Of the graph's inputs. They are the caller's, and there for the whole run. */
function inputBytes(nodes: readonly Node[], read: Iterable<string>, sizeOf: SizeOf): number {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const sizes = [...read].flatMap((value) => (made.has(value) ? [] : (sizeOf(value) ?? [])));
  return sizes.reduce((sum, size) => sum + bytesOf(size), 0);
}

type SizeOf = (value: string) => ValueSize | undefined;

/** Memory that is there from node `first` to node `last`. */
interface Buffer {
  readonly size: ValueSize;
  readonly first: number;
  last: number;
  holders: number;
}

function mostAlive(buffers: readonly Buffer[], count: number): number {
  const change = new Array<number>(count + 1).fill(0);
  for (const { size, first, last } of buffers) {
    change[first]! += bytesOf(size);
    change[last + 1]! -= bytesOf(size);
  }
  let [alive, most] = [0, 0];
  for (const more of change) {
    alive += more;
    most = Math.max(most, alive);
  }
  return most;
}

/** Hands out `buffers` to the values of `nodes`, as they come and go; returns all there were. */
function buffersOf(
  nodes: readonly Node[],
  lastUse: ReadonlyMap<string, number>,
  sizeOf: SizeOf,
  buffers: Buffers,
): readonly Buffer[] {
  for (const [i, node] of nodes.entries()) {
    const dying = node.inputs.filter((input) => lastUse.get(input) === i);
    const [first] = node.inputs;
    if (ALIASES.has(node.op) && first !== undefined && sizeOf(first) !== undefined) {
      buffers.share(node.outputs[0]!, first);
    } else {
      const reused = IN_PLACE.has(node.op) ? dying.find((input) => buffers.fits(input, node.outputs[0]!)) : undefined;
      if (reused !== undefined) buffers.share(node.outputs[0]!, reused);
      else for (const output of node.outputs) buffers.allocate(output, i);
    }
    for (const input of new Set(dying)) buffers.release(input, i);
  }
  // Outputs that nobody reads are the graph's own, which ORT hands out at the end.
  for (const { outputs } of nodes)
    for (const output of outputs) if (!lastUse.has(output)) buffers.release(output, nodes.length - 1);
  return buffers.all;
}

/** Which values hold which buffer. */
class Buffers {
  readonly all: Buffer[] = [];
  private readonly of = new Map<string, Buffer>();
  /** Those that nobody holds, by what they fit; the latest last. */
  private readonly free = new Map<string, Buffer[]>();

  constructor(
    private readonly sizeOf: SizeOf,
    private readonly shared: boolean,
  ) {}

  allocate(value: string, at: number): void {
    const size = this.sizeOf(value);
    if (!size) return;
    const buffer = this.free.get(kindOf(size))?.pop() ?? this.grown(size, at);
    buffer.holders = 1;
    this.of.set(value, buffer);
  }

  private grown(size: ValueSize, at: number): Buffer {
    const buffer = { size, first: at, last: at, holders: 0 };
    this.all.push(buffer);
    return buffer;
  }

  /** `value` lies in the buffer of `holder`, which may be an input of the graph, the caller's to keep. */
  share(value: string, holder: string): void {
    const buffer = this.of.get(holder);
    if (!buffer) return;
    buffer.holders += 1;
    this.of.set(value, buffer);
  }

  /** Whether `output` may be written over `input`: nobody else holds its buffer, and it is as large. */
  fits(input: string, output: string): boolean {
    const buffer = this.of.get(input);
    const size = this.sizeOf(output);
    return size !== undefined && buffer?.holders === 1 && bytesOf(buffer.size) === bytesOf(size);
  }

  release(value: string, at: number): void {
    const buffer = this.of.get(value);
    if (!buffer) return;
    this.of.delete(value);
    buffer.holders -= 1;
    if (buffer.holders > 0) return;
    buffer.last = at;
    if (!this.shared) return;
    const kind = kindOf(buffer.size);
    const free = this.free.get(kind);
    if (free) free.push(buffer);
    else this.free.set(kind, [buffer]);
  }
}

const kindOf = ({ shape, elementBytes }: ValueSize): string => `${shape}:${elementBytes}`;
