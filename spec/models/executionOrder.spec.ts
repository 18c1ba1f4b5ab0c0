/** The order in which ONNX Runtime computes, told from the graph. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { executionOrder } from '../../models/graph/onnx/executionOrder';
import type { Node } from '../../models/graph/onnx/onnxModel';

const node = (name: string, ...inputs: string[]): Node => ({ op: 'Op', name, inputs, outputs: [name], attributes: {} });
const order = (...nodes: Node[]): string =>
  executionOrder(nodes)
    .map(({ name }) => name)
    .join(' ');

test('of two inputs the one that stands later is computed first, with all that leads to it', () => {
  assert.is(order(node('a', 'x'), node('b', 'x'), node('sum', 'a', 'b')), 'b a sum');
  assert.is(order(node('a', 'x'), node('a2', 'a'), node('b', 'x'), node('sum', 'a2', 'b')), 'b a a2 sum');
});

test('weights widened at the front are widened when they are needed, those further back before everything', () => {
  const layers = (w1: Node, w2: Node) => [
    ...[w1, w2].filter(({ name }) => name.startsWith('early')),
    node('y1', 'x', w1.name),
    ...[w1, w2].filter(({ name }) => !name.startsWith('early')),
    node('y2', 'y1', w2.name),
  ];
  assert.is(order(...layers(node('early1', 'w'), node('early2', 'w'))), 'early1 y1 early2 y2');
  assert.is(order(...layers(node('early1', 'w'), node('late2', 'w'))), 'late2 early1 y1 y2');
});

test('what several read is computed once, and what nobody reads is a result', () => {
  assert.is(order(node('a', 'x'), node('b', 'a'), node('c', 'a'), node('d', 'b')), 'a b d c');
});

test.run();
