/**
 * In which order ONNX Runtime executes a graph: not the order of the file, but backwards from the results, depth first,
 * of several inputs always the one that stands last in the file first (onnxruntime 1.30, graph.cc, `ReverseDFSFrom`).
 * So what stands early is computed late: weights widened by nodes at the front come to be just before they are used,
 * and a weight that is transformed after its picture was gathered is transformed before everything that leads to it.
 */
import type { Node } from './onnxModel';

export function executionOrder(nodes: readonly Node[]): Node[] {
  const makers = new Map<string, number>();
  for (const [index, { outputs }] of nodes.entries()) for (const output of outputs) makers.set(output, index);
  const makersOf = ({ inputs }: Node): number[] =>
    inputs.flatMap((input) => makers.get(input) ?? []).sort((a, b) => a - b);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));

  const order: Node[] = [];
  const entered = new Set<number>();
  const results = nodes.flatMap(({ outputs }, index) => (outputs.some((output) => read.has(output)) ? [] : index));
  const stack = results.map((index) => ({ index, done: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    const node = nodes[top.index]!;
    if (top.done) order.push(node);
    else if (!entered.has(top.index)) {
      entered.add(top.index);
      stack.push({ index: top.index, done: true });
      for (const index of makersOf(node)) stack.push({ index, done: false });
    }
  }
  return order;
}
