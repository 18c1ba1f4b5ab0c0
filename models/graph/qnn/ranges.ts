/**
 * The range of a value, found by the graph itself: of a value of megabytes only its least and largest number leave it.
 * ONNX Runtime computes a graph backwards from the results, those first that stand last in the file
 * (`../onnx/executionOrder.ts`): ranges stand behind all else and in reverse, so that each is taken as soon as its value is there.
 */
import type { Node } from '../onnx/onnxModel';

/** The output `[2]` that holds the least and the largest number of `tap`, where the form is `reduced`. */
export const rangeOf = (tap: string): string => `${tap}/range`;

/** What finds the range of `value` for `tap`. `axis` is the name of the constant `[1]`. */
export function rangeNodes(tap: string, value: string, axis: string): Node[] {
  const name = rangeOf(tap);
  const [flat, least, largest] = [`${name}/flat`, `${name}/min`, `${name}/max`];
  const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes']): Node => {
    return { op, name: output, inputs, outputs: [output], attributes };
  };
  return [
    node('Flatten', [value], flat, { axis: 0 }),
    node('ReduceMin', [flat, axis], least, { keepdims: 0 }),
    node('ReduceMax', [flat, axis], largest, { keepdims: 0 }),
    node('Concat', [least, largest], name, { axis: 0 }),
  ];
}
