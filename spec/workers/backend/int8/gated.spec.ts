/** Linear layers that gate their own rows: the numbers are those of the two as passes of their own, and what is written is not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layers, Value } from '../../../../models/graph/layers';
import type { Instruction } from '../../../../workers/backend/int8/instruction';
import { nodeForm, nodeThreads } from '../../../../workers/backend/int8/int8.node';
import { bytesOf, wordsOf } from '../../../../workers/backend/int8/numbers';
import type { Threads } from '../../../../workers/backend/int8/threads';
import {
  C_OUTPUT_PARAMS,
  C_REST,
  CONV,
  CONV_GATED,
  GEGLU,
  R_TRANSFORM,
  ROWS,
} from '../../../../workers/kernels/layout';
import { onPicture, tokens } from './cases';
import { input, madeUp, oneByOne, onKernels, sqnr } from './network';
import { oneThread } from './oneThread';

const FORMS = new Map<string, Threads>([['words', await oneThread('words')]]);
if (await nodeForm('relaxed')) {
  FORMS.set('relaxed', await oneThread('relaxed'));
  FORMS.set('relaxed, with a sign', await oneThread('relaxed', bytesOf(127, -128)));
}

/** Rows, channels, and how wide what is gated is; and whether tiles have whole rows: of few channels, or where there are many rows. */
const SHAPES = [
  [[1, 1, 4], 8, true],
  [[1, 7, 24], 40, false],
  [[2, 130, 16], 24, false],
  [[1, 400, 12], 8, true],
  [[2, 211, 20], 40, true],
  [[1, 1700, 8], 24, true],
] as const;

const feedForward = (net: Layers, x: Value, width: number): Value =>
  net.linear('narrow', net.geglu(net.linear('wide', x, 2 * width)), 12);

/** Instructions that ran. */
async function watched(describe: (net: Layers) => void, shape: readonly number[], threads: Threads, precise = false) {
  const made = madeUp(describe, 5);
  const instructions: Instruction[] = [];
  const outputs = await onKernels(describe, made, tokens(shape), threads, precise, async (instruction, run) => {
    instructions.push(instruction);
    await run();
  });
  return { made, instructions, outputs };
}

/** Words have no more care to give, unless they hold what bytes hold. */
const CAREFUL = new Map([...FORMS, ['words of eight bits', await oneThread('words', wordsOf(255))] as const]);
CAREFUL.delete('words');
const CASES = [
  ...[...FORMS].map(([form, threads]) => [form, threads, false] as const),
  ...[...CAREFUL].map(([form, threads]) => [form, threads, true] as const),
].flatMap((how) => SHAPES.map((shape) => [...how, ...shape] as const));
for (const [form, threads, careful, shape, width, whole] of CASES) {
  const how = `${form}${careful ? ', with care' : ''}`;
  test(`${how}: a layer of [${shape}], gated to ${width}, gives what two passes give, bit for bit`, async () => {
    const together = await watched(
      onPicture(shape, (net, x) => feedForward(net, x, width)),
      shape,
      threads,
      careful,
    );
    // What another reads as well is written, and gated when it is read.
    const apart = await watched(
      onPicture(shape, (net, x) => {
        const wide = net.linear('wide', x, 2 * width);
        net.output('wide', wide);
        return net.linear('narrow', net.geglu(wide), 12);
      }),
      shape,
      threads,
      careful,
    );
    const different = together.outputs.y!.data.findIndex((value, i) => !Object.is(value, apart.outputs.y!.data[i]));
    assert.is(different, -1, `number ${different} is another`);
    const isGeglu = ({ opcode, words }: Instruction) => opcode === ROWS && words[R_TRANSFORM] === GEGLU;
    assert.ok(apart.instructions.some(isGeglu) && !together.instructions.some(isGeglu));
    assert.equal(
      together.instructions.map(({ opcode }) => opcode),
      whole ? [ROWS, CONV_GATED, CONV] : [ROWS, CONV_GATED, ROWS, CONV],
    );
    const gated = together.instructions[1]!;
    assert.is(gated.words[C_OUTPUT_PARAMS] !== undefined, whole);
    const planes = careful && threads.numbers.bytes === 1 ? 2 : 1;
    assert.is(gated.words[C_REST] === undefined, planes === 1);
    const [rows, floats] = [shape[0] * shape[1], 4 * width];
    const written = gated.writes.reduce((sum, { bytes }) => sum + bytes, 0);
    const numbers = threads.numbers.bytes * 16 * Math.ceil(width / 16) + 8;
    assert.is(written, rows * (whole ? planes * numbers : floats));
  });
}

for (const [shape, width] of SHAPES) {
  test(`words: a layer of [${shape}], gated to ${width}, is the layer one number at a time`, async () => {
    const describe = onPicture(shape, (net, x) => feedForward(net, x, width));
    const { made, outputs } = await watched(describe, shape, FORMS.get('words')!, true);
    const quality = sqnr(outputs.y!.data, oneByOne(describe, made, tokens(shape)).get('y')!);
    assert.ok(quality > 70, `${quality.toFixed(1)} dB`);
  });
}

test('words: three threads gate as one does, bit for bit', async () => {
  const three = await nodeThreads({ threads: 3, form: 'words' });
  for (const [shape, width] of SHAPES) {
    const describe = onPicture(shape, (net, x) => feedForward(net, x, width));
    const [alone, shared] = [
      await watched(describe, shape, FORMS.get('words')!),
      await watched(describe, shape, three),
    ];
    const different = shared.outputs.y!.data.findIndex((value, i) => !Object.is(value, alone.outputs.y!.data[i]));
    assert.is(different, -1, `number ${different} of [${shape}] is another`);
  }
});

for (const [form, threads] of FORMS) {
  test(`${form}: what is gated and read twice, or seen as a picture, is written for all readers`, async () => {
    const shape = [1, 400, 12] as const;
    const describe = onPicture(shape, (net, x) => {
      const gated = net.geglu(net.linear('wide', x, 32));
      const seen = net.toPicture(net.geglu(net.linear('other', x, 32)), 20, 20);
      net.output('picture', seen);
      return net.add(
        net.linear('a', gated, 16),
        net.add(net.toTokens(net.conv2d('b', seen, { channels: 16, kernel: 1 })), gated),
      );
    });
    const { made, outputs } = await watched(describe, shape, threads, true);
    const expected = oneByOne(describe, made, tokens(shape));
    for (const name of ['y', 'picture']) {
      const quality = sqnr(outputs[name]!.data, expected.get(name)!);
      assert.ok(quality > 70, `${name}: ${quality.toFixed(1)} dB`);
    }
  });

  for (const rows of [7, 400]) {
    test(`${form}: of ${rows} rows, values times gates beyond float32 stop with a layer's name`, async () => {
      const describe = onPicture([1, rows, 24], (net, x) => feedForward(net, x, 40));
      const made = madeUp(describe, 2);
      await onKernels(describe, made, { x: input([1, rows, 24], 1, 1e30) }, threads, false).then(
        () => assert.unreachable('infinity went through'),
        (error) => {
          assert.is(error.code, 'bad-picture');
          assert.is(error.argument, 'made up: wide');
        },
      );
    });
  }
}

test.run();
