/**
 * Operations of shapes and loudness drawn at random, the same for the same seed, against the same operation one number at a time.
 * Sixteen bits or quantized twice, so that what is left is rounding; a failure names all there is to do it again.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layers, Value } from '../../../../models/graph/layers';
import { nodeForm } from '../../../../workers/backend/int8/int8.node';
import { onPicture } from './cases';
import { input, madeUp, oneByOne, onKernels, sqnr, uniform } from './network';
import { oneThread } from './oneThread';

const EACH = 40;

const threads = [await oneThread('words'), ...((await nodeForm('relaxed')) ? [await oneThread('relaxed')] : [])];

interface Drawn {
  readonly shape: readonly number[];
  readonly body: (net: Layers, x: Value) => Value;
  /** Powers of ten that inputs may be around. */
  readonly loudness: number;
}

/** Whole numbers from `least` to `most`. */
type Whole = (least: number, most: number) => number;

// Rows and channels come in fours, as in all networks; hardly ever in eights or in whole tiles.
const pictureOf = (whole: Whole) => [whole(1, 2), 4 * whole(1, 11), whole(1, 7), whole(1, 7)] as const;
const tokensOf = (whole: Whole) => [whole(1, 2), whole(1, 70), 4 * whole(1, 15)] as const;

const OPERATIONS: Readonly<Record<string, (whole: Whole) => Drawn>> = {
  'a 3×3 convolution': (whole) => {
    const convolution = { channels: 4 * whole(1, 6), kernel: 3, stride: whole(1, 2) } as const;
    return { shape: pictureOf(whole), loudness: 12, body: (net, x) => net.conv2d('c', x, convolution as never) };
  },
  'a convolution of an enlarged picture': (whole) => {
    const shape = pictureOf(whole);
    const [less, channels] = [whole(0, 1), 4 * whole(1, 6)];
    const sides = [Math.max(1, 2 * shape[2] - less), 2 * shape[3]] as const;
    return {
      ...{ shape, loudness: 12 },
      body: (net, x) => net.conv2d('c', net.upsampleTo(x, ...sides), { channels, kernel: 3 }),
    };
  },
  'a 1×1 convolution': (whole) => {
    const channels = whole(1, 30);
    return { shape: pictureOf(whole), loudness: 12, body: (net, x) => net.conv2d('c', x, { channels, kernel: 1 }) };
  },
  'a linear layer': (whole) => {
    const channels = whole(1, 40);
    return { shape: tokensOf(whole), loudness: 12, body: (net, x) => net.linear('l', x, channels) };
  },
  'a group norm': (whole) => ({
    ...{ shape: pictureOf(whole), loudness: 4 },
    body: (net, x) => net.silu(net.groupNorm('n', x, { groups: 4, epsilon: 1e-5 })),
  }),
  'a layer norm': (whole) => ({
    ...{ shape: tokensOf(whole), loudness: 4 },
    body: (net, x) => net.layerNorm('n', x, { epsilon: 1e-5 }),
  }),
  attention: (whole) => {
    const [batch, count] = tokensOf(whole);
    const [heads, causal] = [whole(1, 3), whole(0, 1) === 1];
    const shape = [batch, count, 4 * heads * whole(1, 12)];
    return { shape, loudness: 0, body: (net, x) => net.attention(x, x, x, { heads, causal }) };
  },
};

for (const [index, [name, draw]] of Object.entries(OPERATIONS).entries()) {
  test(`${name}, ${EACH} of them`, async () => {
    for (let i = 0; i < EACH; i++) {
      const random = uniform(1000 * index + i);
      for (let skipped = 0; skipped < 3; skipped++) random();
      const whole: Whole = (least, most) =>
        Math.min(most, least + Math.floor(((random() + 1) / 2) * (most - least + 1)));
      const { shape, body, loudness } = draw(whole);
      const amplitude = 2 * 10 ** whole(-loudness, loudness);
      const describe = onPicture(shape, body);
      const made = madeUp(describe, i);
      const inputs = { x: input(shape, i + 1, amplitude) };
      const expected = oneByOne(describe, made, inputs).get('y')!;
      for (const each of threads) {
        const { y } = await onKernels(describe, made, inputs, each);
        assert.is(y!.data.length, expected.length);
        const quality = sqnr(y!.data, expected);
        assert.ok(quality > 65, `${each.form}, ${i}: [${shape}] around ${amplitude}: ${quality.toFixed(1)} dB`);
      }
    }
  });
}

test.run();
