/**
 * Every kernel against the same operation one number at a time, over shapes that fill no tile. Bytes are quantized twice here
 * (as good as 15 bits), so that what is left is rounding and any mistake shows.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeForm, nodeThreads } from '../../../../workers/backend/int8/int8.node';
import type { KernelForm } from '../../../../workers/backend/int8/kernels';
import { type Numbers, WORDS, wordsOf } from '../../../../workers/backend/int8/numbers';
import { CONV, CONV_DOUBLED, CONV_WINOGRAD } from '../../../../workers/kernels/layout';
import type { Tensors } from '../../../../workers/tensor';
import { ATTENTIONS, attentionQuality, CASES, on, onPicture, picture, tokens } from './cases';
import { input, madeUp, oneByOne, onKernels, sqnr, uniform } from './network';
import { oneThread } from './oneThread';

/** What this machine's engine computes rightly with: in Node 20 on a machine without one instruction for it, not `relaxed`. */
const FORMS: KernelForm[] = [];
for (const form of ['relaxed', 'words'] as const) {
  if (await nodeForm(form)) FORMS.push(form);
  else console.log(`${form}: not exact here, so never used`);
}

test('there is a form that needs no relaxed SIMD, and the best is among those that are exact', async () => {
  assert.ok(FORMS.includes('words'));
  assert.ok(FORMS.includes((await nodeThreads({ threads: 1 })).form));
});

for (const form of FORMS) {
  for (const [name, describe, inputs] of CASES) {
    test(`${form}: ${name}`, async () => {
      const made = madeUp(describe, 3);
      const { y } = await onKernels(describe, made, inputs, await oneThread(form));
      const expected = oneByOne(describe, made, inputs).get('y')!;
      assert.is(y!.data.length, expected.length);
      const quality = sqnr(y!.data, expected);
      assert.ok(quality > 70, `${quality.toFixed(1)} dB`);
    });
  }
}

for (const form of FORMS.filter((form) => form !== 'words')) {
  test(`${form}: bytes give the same numbers as the same integers in words, bit for bit`, async () => {
    const [, describe, inputs] = on('', picture([2, 20, 7, 5]), (net, x) => {
      const h = net.silu(net.groupNorm('n', x, { groups: 4, epsilon: 1e-5 }));
      return net.add(net.conv2d('c', h, { channels: 20, kernel: 3 }), x);
    });
    const made = madeUp(describe, 4);
    const computed = await onKernels(describe, made, inputs, await oneThread(form), false);
    const words = await onKernels(describe, made, inputs, await oneThread('words', wordsOf(127)), false);
    assert.equal(computed.y!.data, words.y!.data);
  });
}

for (const shape of [
  [1, 16, 1, 1],
  [1, 20, 2, 3],
  [2, 32, 5, 4],
  [1, 48, 11, 7],
] as const) {
  test(`a convolution by patches of [${shape}] is the same convolution`, async () => {
    const describe = onPicture(shape, (net, x) => net.conv2d('c', net.silu(x), { channels: 12, kernel: 3 }));
    const made = madeUp(describe, 9);
    const opcodes: number[] = [];
    const quality = async (numbers: Numbers): Promise<number> => {
      const threads = await oneThread('words', numbers);
      const { y } = await onKernels(describe, made, picture(shape), threads, false, async ({ opcode }, run) => {
        opcodes.push(opcode);
        await run();
      });
      return sqnr(y!.data, oneByOne(describe, made, picture(shape)).get('y')!);
    };
    const byPatches = await quality(WORDS);
    assert.ok(opcodes.includes(CONV_WINOGRAD) && !opcodes.includes(CONV), `${opcodes}`);
    const directly = await quality({ bytes: 2, range: WORDS.range, attention: WORDS.attention });
    assert.ok(opcodes.includes(CONV));
    assert.ok(byPatches > 75 && directly > 75, `${byPatches.toFixed(1)} dB, directly ${directly.toFixed(1)}`);
  });
}

for (const form of FORMS) {
  test(`${form}: a picture seen twice as large is convolved the same at the edges of tiles`, async () => {
    // Two tiles beside each other, two below, all with another tile's pixels around.
    const shape = [1, 512, 27, 70] as const;
    const describe = onPicture(shape, (net, x) =>
      net.conv2d('c', net.upsampleTo(x, 54, 140), { channels: 4, kernel: 3 }),
    );
    const made = madeUp(describe, 5);
    const tiles: number[] = [];
    const threads = await oneThread(form);
    const { y } = await onKernels(describe, made, picture(shape), threads, true, async (instruction, run) => {
      if (instruction.opcode === CONV_DOUBLED) tiles.push(instruction.tiles);
      await run();
    });
    assert.equal(tiles, [form === 'words' ? 6 : 4]);
    const quality = sqnr(y!.data, oneByOne(describe, made, picture(shape)).get('y')!);
    assert.ok(quality > 70, `${quality.toFixed(1)} dB`);
  });
}

test('sums of patches stay within 32 bits where all numbers are at their limits', async () => {
  const shape = [1, 2560, 4, 4] as const;
  const describe = onPicture(shape, (net, x) => net.conv2d('c', x, { channels: 8, kernel: 3 }));
  const made = madeUp(describe, 1);
  // Every weight and every pixel as large as it may be: all products add up.
  const weights = made.weights.get('c.weight')!.data as Float32Array;
  weights.fill(weights[0]!);
  const { offset } = made.tensors.find(({ name }) => name === 'c.weight')!;
  made.bytes.set(new Uint8Array(weights.buffer), offset);
  const inputs: Tensors = { x: { type: 'float32', shape, data: new Float32Array(2560 * 16).fill(3) } };
  const { y } = await onKernels(describe, made, inputs, await oneThread('words'), false);
  const quality = sqnr(y!.data, oneByOne(describe, made, inputs).get('y')!);
  assert.ok(quality > 60, `${quality.toFixed(1)} dB`);
});

for (const shape of ATTENTIONS) {
  // Values without a mean, of which nearly nothing is left on average: what networks attend to loses less.
  for (const form of FORMS) {
    test(`${form}: attention of [${shape}] loses what its numbers lose`, async () => {
      const quality = await attentionQuality(shape, await oneThread(form));
      assert.ok(quality > (form === 'words' ? 50 : 23), `${quality.toFixed(1)} dB`);
    });
  }
  test(`attention in integers of eight bits, of [${shape}], loses what bytes lose`, async () => {
    const quality = await attentionQuality(shape, await oneThread('words', wordsOf(255)));
    assert.ok(quality > 29, `${quality.toFixed(1)} dB`);
  });
}

for (const loudness of [10, 100, 1e4]) {
  test(`words: attention to products ${loudness ** 2} times as loud is as good`, async () => {
    const quality = await attentionQuality([1, 130, 40], await oneThread('words'), loudness);
    assert.ok(quality > 50, `${quality.toFixed(1)} dB`);
  });
}

test('a few keys that count for much leave the many that count for little theirs', async () => {
  const shape = [1, 512, 8] as const;
  const describe = onPicture(shape, (net, x) => net.attention(x, x, x, { heads: 1 }));
  // The first key is e^9 times as much to each query as any other, of which there are 511, all with other values.
  const random = uniform(3);
  const data = Float32Array.from({ length: 512 * 8 }, (_, i) => (i % 8 === 0 ? (i < 8 ? 8 : 1) : random() / 8));
  const inputs: Tensors = { x: { type: 'float32', shape, data } };
  const made = madeUp(describe, 1);
  const { y } = await onKernels(describe, made, inputs, await oneThread('words', wordsOf(255)), false);
  const quality = sqnr(y!.data, oneByOne(describe, made, inputs).get('y')!);
  assert.ok(quality > 36, `${quality.toFixed(1)} dB`);
});

test('rows that hold one number over and over, and rows of zeros, are computed exactly', async () => {
  const [, describe] = on('', tokens([1, 2, 24]), (net, x) => net.linear('l', x, 8));
  const made = madeUp(describe, 5);
  const data = Float32Array.from({ length: 48 }, (_, i) => (i < 24 ? 3 : 0));
  const inputs: Tensors = { x: { type: 'float32', shape: [1, 2, 24], data } };
  const { y } = await onKernels(describe, made, inputs, await oneThread('words'), false);
  assert.ok(sqnr(y!.data, oneByOne(describe, made, inputs).get('y')!) > 120);
});

for (const amplitude of [1e-30, 1e-6, 1e6, 1e30]) {
  test(`rows of numbers around ${amplitude} lose no more than others`, async () => {
    const [, describe] = on('', tokens([1, 30, 64]), (net, x) => net.linear('l', x, 16, { bias: false }));
    const made = madeUp(describe, 6);
    const inputs = { x: input([1, 30, 64], 2, amplitude) };
    const { y } = await onKernels(describe, made, inputs, await oneThread('words', wordsOf(255)), false);
    const quality = sqnr(y!.data, oneByOne(describe, made, inputs).get('y')!);
    assert.ok(quality > 42, `${quality.toFixed(1)} dB`);
  });
}

test('eight bits of activations are worth six decibels more than seven', async () => {
  const [, describe, inputs] = on('', tokens([1, 64, 256]), (net, x) => net.linear('l', x, 64));
  const made = madeUp(describe, 7);
  const expected = oneByOne(describe, made, inputs).get('y')!;
  const quality = async (levels: 127 | 255) => {
    const { y } = await onKernels(describe, made, inputs, await oneThread('words', wordsOf(levels)), false);
    return sqnr(y!.data, expected);
  };
  // 20 log10(255 / 127) = 6.05.
  const gain = (await quality(255)) - (await quality(127));
  assert.ok(Math.abs(gain - 6.05) < 0.5, `${gain.toFixed(2)} dB`);
});

test.run();
