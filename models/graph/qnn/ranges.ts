/**
 * The range of a value, found by the graph itself: of a value of megabytes only its least and largest number leave it.
 * ONNX Runtime computes a graph backwards from the results, those first that stand last in the file
 * (`../onnx/executionOrder.ts`): ranges stand behind all else and in reverse, so that each is taken as soon as its value is there.
 */
import type { Node } from '../onnx/onnxModel';

/** The output `[2 + n]` that holds the least and the largest number of `tap`, then n others, where the form is `reduced`. */
export const rangeOf = (tap: string): string => `${tap}/range`;

/**
 * How many numbers of a value of this shape are handed out, at most `wanted`, and how far they are apart: by what has no factor
 * in common with any axis, lest they all lie in one row or column.
 */
export function someOf(shape: readonly number[], wanted: number): { readonly count: number; readonly apart: number } {
  if (wanted === 0) return { count: 0, apart: 1 };
  const count = shape.reduce((product, size) => product * size, 1);
  let apart = Math.ceil(count / wanted);
  while (shape.some((size) => commonFactor(size, apart) > 1)) apart++;
  return { count: Math.ceil(count / apart), apart };
}

const commonFactor = (a: number, b: number): number => (b === 0 ? a : commonFactor(b, a % b));

/**
 * What finds the range of `value` for `tap`, and those of its `count` numbers that are `some`. `integers` names a constant.
 */
export function rangeNodes(
  tap: string,
  value: string,
  count: number,
  some: ReturnType<typeof someOf>,
  integers: (values: readonly number[]) => string,
): Node[] {
  const name = rangeOf(tap);
  const axis = integers([1]);
  const [flat, least, largest, others] = [`${name}/flat`, `${name}/min`, `${name}/max`, `${name}/some`];
  const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes']): Node => {
    return { op, name: output, inputs, outputs: [output], attributes };
  };
  const ends = [
    node('Flatten', [value], flat, { axis: 0 }),
    node('ReduceMin', [flat, axis], least, { keepdims: 0 }),
    node('ReduceMax', [flat, axis], largest, { keepdims: 0 }),
  ];
  if (some.count === 0) return [...ends, node('Concat', [least, largest], name, { axis: 0 })];
  const slice = [flat, integers([0]), integers([count]), axis, integers([some.apart])];
  return [
    ...ends,
    node('Slice', slice, `${others}/row`, {}),
    node('Reshape', [`${others}/row`, integers([some.count])], others, {}),
    node('Concat', [least, largest, others], name, { axis: 0 }),
  ];
}
