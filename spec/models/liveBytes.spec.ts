/** The worst moment of a graph, counted by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveBytes, type ValueSize } from '../../models/graph/onnx/liveBytes';
import type { Node } from '../../models/graph/onnx/onnxModel';

const node = (op: string, inputs: string, outputs: string): Node => ({
  op,
  name: outputs,
  inputs: inputs.split(' '),
  outputs: outputs.split(' '),
  attributes: {},
});

/** Every value that starts with a letter is as large as the number behind it; `w` is a weight. */
const sizeOf = (value: string): ValueSize | undefined =>
  value.startsWith('w') ? undefined : { shape: [Number(value.slice(1))], elementBytes: 1 };
const lean = (nodes: readonly Node[]): number => liveBytes(nodes, sizeOf).lean;
const shared = (nodes: readonly Node[]): number => liveBytes(nodes, sizeOf).shared;

test('a chain holds two neighbors at a time', () => {
  assert.is(lean([node('Conv', 'x0 w', 'a100'), node('Conv', 'a100 w', 'b30'), node('Conv', 'b30 w', 'c60')]), 130);
});

test('a skip is held until it is met', () => {
  const nodes = [
    node('Conv', 'x0 w', 'a100'),
    node('Conv', 'a100 w', 'b10'),
    node('Conv', 'b10 w', 'c10'),
    node('Concat', 'c10 a100', 'd110'),
  ];
  assert.is(lean(nodes), 100 + 10 + 110);
});

test('an elementwise node writes over an input that nobody else will read, and over no other', () => {
  const conv = node('Conv', 'x0 w', 'a100');
  assert.is(lean([conv, node('Sigmoid', 'a100', 'b100')]), 100);
  assert.is(lean([conv, node('Sigmoid', 'a100', 'b100'), node('Mul', 'a100 b100', 'c100')]), 200);
});

test('a reshaped value is the same buffer, alive as long as either is read', () => {
  const nodes = [
    node('Conv', 'x0 w', 'a100'),
    node('Reshape', 'a100 w', 'b100'),
    node('Sigmoid', 'b100', 'c100'),
    node('Mul', 'a100 c100', 'd100'),
  ];
  assert.is(lean(nodes), 200);
});

test('what a node splits off is counted piece by piece, and given up piece by piece', () => {
  const nodes = [
    node('Split', 'x0 w', 'a50 b50'),
    node('Conv', 'a50 w', 'c50'),
    node('Conv', 'b50 w', 'd50'),
    node('Concat', 'c50 d50', 'e100'),
  ];
  assert.is(lean(nodes), 200);
});

test('inputs are there all along, and outputs from where they are made to the end', () => {
  const nodes = [
    node('Conv', 'x20 w', 'a100'),
    node('Conv', 'a100 w', 'p50'),
    node('Conv', 'a100 w', 'b200'),
    node('Conv', 'b200 w', 'c10'),
  ];
  assert.is(lean(nodes), 20 + 100 + 50 + 200);
});

test('a shared buffer is taken by values of its shape alone, and is there in between', () => {
  const nodes = [
    node('Conv', 'x0 w', 'a100'),
    node('Conv', 'a100 w', 'b30'),
    node('Conv', 'b30 w', 'c60'),
    node('Conv', 'c60 w', 'd100'),
  ];
  assert.is(lean(nodes), 160);
  // a's buffer is kept for d, while b and c, of other shapes, come and go.
  assert.is(shared(nodes), 190);
  // Nobody of a's shape follows: it is given back as in a lean run.
  assert.is(shared(nodes.slice(0, 3)), 130);
});

test.run();
