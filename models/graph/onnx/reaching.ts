/** What a graph needs of its nodes. */
import type { Node } from './onnxModel';

/** Those of `nodes`, in their order, whose results end up in one of `outputs`. Producers stand before consumers. */
export function reaching(nodes: readonly Node[], outputs: readonly string[]): Node[] {
  const wanted = new Set(outputs);
  const kept: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    kept.push(node);
    for (const input of node.inputs) wanted.add(input);
  }
  return kept.reverse();
}
