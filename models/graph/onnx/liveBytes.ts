/**
 * How much memory a graph's values take at their worst moment, from the graph alone: what a memory plan needs to know
 * before anything is opened. It follows what ONNX Runtime's planner does (onnxruntime 1.30, allocation_planner.cc):
 * a value lives from the node that makes it to the last that reads it, `Reshape` shares the buffer of what it reshapes,
 * and an elementwise node writes over an input that nobody reads again.
 */
import type { Node } from './onnxModel';

/** Nodes that hand on their first input's buffer. */
const ALIASES = new Set(['Reshape', 'Identity', 'Unsqueeze', 'Squeeze', 'Flatten']);
/** Nodes that may write over an input of the same size. */
const IN_PLACE = new Set(['Add', 'Mul', 'Sub', 'Sigmoid', 'Softmax', 'Clip', 'Div', 'Sqrt']);

/**
 * Peak over the nodes, in the order they are executed in, of the bytes of all values alive. `bytesOf` is asked for values that nodes
 * make and for inputs of the graph; weights and constants, for which it returns `undefined`, are not counted.
 */
export function liveBytes(nodes: readonly Node[], bytesOf: (value: string) => number | undefined): number {
  const buffers = new Buffers(bytesOf);
  const lastUse = new Map<string, number>();
  for (const [i, node] of nodes.entries()) for (const input of node.inputs) lastUse.set(input, i);
  for (const [i, node] of nodes.entries()) {
    const dying = node.inputs.filter((input) => lastUse.get(input) === i);
    const [first] = node.inputs;
    if (ALIASES.has(node.op) && first !== undefined && bytesOf(first) !== undefined) {
      buffers.share(node.outputs[0]!, first);
    } else {
      const reused = IN_PLACE.has(node.op) ? dying.find((input) => buffers.fits(input, node.outputs[0]!)) : undefined;
      if (reused !== undefined) buffers.share(node.outputs[0]!, reused);
      else for (const output of node.outputs) buffers.allocate(output);
    }
    for (const input of new Set(dying)) buffers.release(input);
    // Outputs that nobody reads are the graph's own, or not needed at all; ORT hands the former out.
    for (const output of node.outputs) if (!lastUse.has(output)) buffers.release(output);
  }
  return buffers.peak;
}

/** Which values hold which buffer, and how much is allocated. */
class Buffers {
  peak = 0;
  private live = 0;
  private readonly of = new Map<string, { bytes: number; holders: number }>();

  constructor(private readonly bytesOf: (value: string) => number | undefined) {}

  allocate(value: string): void {
    const bytes = this.bytesOf(value) ?? 0;
    this.of.set(value, { bytes, holders: 1 });
    this.live += bytes;
    this.peak = Math.max(this.peak, this.live);
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
    return buffer?.holders === 1 && buffer.bytes === this.bytesOf(output);
  }

  release(value: string): void {
    const buffer = this.of.get(value);
    if (!buffer) return;
    this.of.delete(value);
    buffer.holders -= 1;
    if (buffer.holders === 0) this.live -= buffer.bytes;
  }
}
