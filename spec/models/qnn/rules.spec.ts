/** The quantized graphs keep to what Qualcomm's compiler takes, and their weights files to what is planned. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { ConstantFile } from '../../../models/graph/qnn/constantFile';
import { blockOf, layerIntegers, packedInt4 } from '../../../models/graph/qnn/layerIntegers';
import { qnnStage } from '../../../models/graph/qnn/qnnStage';
import { STAGE_NAMES } from '../../../models/manifest';
import { encodingsFor } from '../../../models/quantize/encodings';
import { roundedToNearest } from '../../../models/quantize/integerWeights';
import { randomModel } from '../randomModel';
import { rejects } from '../rejects';
import { readGraph } from './readGraph';

const ELEMENT_BYTES: Readonly<Record<number, number>> = { 1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 22: 0.5 };
const [UINT16, INT16, INT8, INT4] = [4, 5, 3, 22];

/** What moves numbers without computing any: its output has its input's encoding. */
const MOVES = new Set(['Reshape', 'Transpose', 'Resize', 'Gather']);
const REJECTED = ['GroupNormalization', 'Erf', 'Split', 'Pow', 'Sin', 'Cos', 'Div', 'Identity', 'Cast'];

const weightBits = (key: string): 8 | 4 => (key.includes('.ff.net.2.') ? 4 : 8);

const DRAWN = STAGE_NAMES.flatMap((stage) => (['split', 'batched'] as const).map((heads) => ({ stage, heads })));

for (const name of ['A', 'B'] as const) {
  const checkpoint = await openDiffusersFolder(await randomModel(name));
  for (const { stage, heads } of DRAWN) {
    const network = qnnStage(checkpoint.description, stage, { batch: 1, height: 7, width: 10 }, { heads });
    const ranges = new Map([...network.taps.keys()].map((tap) => [tap, { min: -1, max: 2 }]));
    const activations = { bits: 16, encodings: encodingsFor(ranges, 16) } as const;
    const written = network.write({ weightBits, activations });
    const { nodes, constants } = readGraph(written.graph);
    const maker = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
    /** The element type in which a value of the graph is handed on, and the encoding's constants. */
    const handed = (value: string): { type: number; encoding: string } => {
      const dequantize = maker.get(value);
      assert.is(dequantize?.op, 'DequantizeLinear', `${value} comes from ${dequantize?.op}`);
      const [integers, ...encoding] = dequantize!.inputs;
      const type = constants.get(integers!)?.type ?? constants.get(maker.get(integers!)!.inputs[2]!)!.type;
      return { type, encoding: encoding.join() };
    };
    const steps = nodes.filter(({ op }) => op !== 'QuantizeLinear' && op !== 'DequantizeLinear');

    test(`model ${name}: ${stage}, heads ${heads}: has no operator that QNN rejects, and none of more than four axes`, () => {
      assert.equal(
        steps.filter(({ op }) => REJECTED.includes(op)),
        [],
      );
      for (const { op, inputs } of steps.filter(({ op }) => op === 'Reshape')) {
        assert.ok(constants.get(inputs[1]!)!.shape[0]! <= 4, `${op} to ${inputs[1]}`);
      }
    });

    test(`model ${name}: ${stage}, heads ${heads}: every step takes integers and leaves integers`, () => {
      for (const { op, inputs, outputs } of steps) {
        const numbers = inputs.filter((input) => input !== '' && ![1, 7].includes(constants.get(input)?.type ?? 0));
        for (const input of numbers) handed(input);
        const [quantize, ...others] = nodes.filter((node) => node.inputs[0] === outputs[0]);
        assert.is(quantize?.op, 'QuantizeLinear', `${op} → ${outputs[0]}`);
        assert.is(others.length, 0, outputs[0]!);
      }
    });

    test(`model ${name}: ${stage}, heads ${heads}: what only moves numbers leaves their encoding`, () => {
      for (const { op, inputs, outputs } of steps.filter(({ op }) => MOVES.has(op))) {
        const quantize = nodes.find((node) => node.inputs[0] === outputs[0])!;
        assert.is(quantize.inputs.slice(1).join(), handed(inputs[0]!).encoding, `${op} → ${outputs[0]}`);
      }
    });

    test(`model ${name}: ${stage}, heads ${heads}: products of activations are u16 times int16, of weights u16 times 8 or 4 bits`, () => {
      const products = steps.filter(({ op }) => op === 'MatMul' || op === 'Conv');
      assert.ok(products.length > 10, `${products.length} products`);
      for (const { op, inputs } of products) {
        assert.is(handed(inputs[0]!).type, UINT16, inputs[0]!);
        const second = handed(inputs[1]!).type;
        if (op === 'MatMul') assert.is(second, INT16, inputs[1]!);
        else assert.is(second, weightBits(inputs[1]!) === 4 ? INT4 : INT8, inputs[1]!);
      }
    });

    test(`model ${name}: ${stage}, heads ${heads}: four-bit integers have a scale for each 32 of them, which QNN computes rightly`, () => {
      const inFour = nodes.filter(
        ({ op, inputs }) => op === 'DequantizeLinear' && constants.get(inputs[0]!)?.type === INT4,
      );
      const count = (constant: string): number => constants.get(constant)!.shape.reduce((a, b) => a * b, 1);
      for (const { inputs } of inFour) assert.is(count(inputs[0]!), 32 * count(inputs[1]!), inputs[0]!);
      if (stage === 'unet') assert.ok(inFour.length > 0);
    });

    test(`model ${name}: ${stage}, heads ${heads}: constants lie in the file one after another, each as long as its shape says`, async () => {
      let end = 0;
      for (const [key, { type, shape, external }] of constants) {
        if (external.offset === undefined) continue;
        const offset = Number(external.offset);
        const bytes = Math.ceil(shape.reduce((product, size) => product * size, 1) * ELEMENT_BYTES[type]!);
        assert.ok(offset >= end && offset < end + 64 && offset % 64 === 0, `${key} at ${offset}, not ${end}`);
        assert.is(Number(external.length), bytes, key);
        end = offset + bytes;
      }
      assert.is(written.bytes, end);
      let length = 0;
      const from = roundedToNearest(checkpoint.weights(stage), weightBits);
      for await (const bytes of written.weights(from)) length += bytes.length;
      assert.is(length, end);
    });

    test(`model ${name}: ${stage}, heads ${heads}: taps have the same names at every size`, () => {
      const other = qnnStage(checkpoint.description, stage, { batch: 1, height: 16, width: 8 }, { heads });
      assert.equal([...other.taps.keys()], [...network.taps.keys()]);
    });
  }

  test(`model ${name}: weights in more bits than the graph has room for are refused by name`, async () => {
    const network = qnnStage(checkpoint.description, 'text_encoder', { batch: 1, height: 8, width: 8 });
    const stream = network
      .write({ weightBits: () => 4 })
      .weights(roundedToNearest(checkpoint.weights('text_encoder'), () => 8));
    const drain = async (): Promise<void> => {
      for await (const _ of stream);
    };
    await rejects(drain, 'bad-argument', 'k_proj.weight', '±7', '±127');
  });
}

test('a weights file of 2 GB is refused, with its length', async () => {
  const file = new ConstantFile('weights');
  const never = () => Promise.reject(new Error('read'));
  file.place('a', 'int8', [2 ** 30], never);
  assert.is(file.bytes, 2 ** 30);
  file.place('b', 'int8', [2 ** 30], never);
  await rejects(() => file.bytes, 'bad-argument', 'weights', `${2 ** 31}`);
});

test('a bias fits 32 bits also where its weights are all but zero, and stays what it was', () => {
  const weight = {
    kind: 'weight',
    key: 'w',
    shape: [2, 2, 1, 1],
    rows: { start: 0, count: 2 },
    factor: 1,
    axis: 0,
  } as const;
  const whole = { values: Int8Array.of(127, -127, 127, 3), scales: Float32Array.of(1e-12, 0.01), most: 127 };
  const bias = Float32Array.of(0.5, -0.25);
  const { scales, bias: integers, values } = layerIntegers(weight, whole, 0, bias, 1e-4);
  for (const [row, value] of bias.entries()) {
    const got = integers![row]! * scales[row]! * 1e-4;
    assert.ok(Math.abs(got - value) < 1e-6 * Math.abs(value) + 1e-6, `${got}`);
  }
  // The other row is untouched.
  assert.equal([...values.slice(2)], [127, 3]);
  assert.is(scales[1], Math.fround(0.01));
});

const inBlocks = {
  kind: 'weight',
  key: 'w',
  shape: [2, 64, 1, 1],
  rows: { start: 1, count: 2 },
  factor: 0.5,
  axis: 0,
} as const;
const threeRows = {
  values: Int8Array.from({ length: 3 * 64 }, (_, i) => (i % 15) - 7),
  scales: Float32Array.of(1, 2, 3, 4, 5, 6),
  most: 7,
};

test('a weight in four bits has blocks of 32 inputs, and none where its kernel is larger or its inputs are odd', () => {
  assert.is(blockOf(inBlocks, 4), 32);
  assert.is(blockOf(inBlocks, 8), 0);
  assert.is(blockOf({ ...inBlocks, shape: [2, 64, 3, 3] }, 4), 0);
  assert.is(blockOf({ ...inBlocks, shape: [2, 48, 1, 1] }, 4), 0);
  assert.is(blockOf({ ...inBlocks, shape: [64, 2], axis: 1 }, 4), 32);
});

test('scales of blocks are those of the rows that are computed, row by row, or transposed block by block', () => {
  assert.equal([...layerIntegers(inBlocks, threeRows, 32).scales], [1.5, 2, 2.5, 3]);
  const transposed = { ...inBlocks, shape: [64, 2], axis: 1 } as const;
  assert.equal([...layerIntegers(transposed, threeRows, 32).scales], [1.5, 2.5, 2, 3]);
  const perRow = { ...threeRows, scales: Float32Array.of(1, 2, 3) };
  assert.equal([...layerIntegers(inBlocks, perRow, 32).scales], [1, 1, 1.5, 1.5]);
});

test('a bias beside blocks has the steps of its row’s largest scale', () => {
  const { bias, biasSteps } = layerIntegers(inBlocks, threeRows, 32, Float32Array.of(4, -6), 0.25);
  assert.equal([...biasSteps!], [0.5, 0.75]);
  assert.equal([...bias!], [8, -8]);
});

test('scales for fewer weights than a graph has room for are refused by name', async () => {
  await rejects(() => layerIntegers(inBlocks, threeRows, 0), 'bad-argument', 'w', '64', '32');
});

test('four-bit integers are pairs in two’s complement, the earlier one low', () => {
  assert.equal([...packedInt4(Int8Array.of(1, -1, -7, 7, 3))], [0xf1, 0x79, 0x03]);
});

test.run();
