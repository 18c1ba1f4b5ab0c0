/**
 * Rows that are no whole fours of numbers, which no published model has: whatever would read over their ends is refused by name when the
 * network is assembled, before any memory is taken; whatever does not is right.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layers, Value } from '../../../../models/graph/layers';
import { partitioned, withMerged } from '../../../../models/graph/tokenMerging';
import { wordsOf } from '../../../../workers/backend/int8/numbers';
import { onPicture } from './cases';
import { input, madeUp, oneByOne, onKernels, sqnr } from './network';
import { oneThread } from './oneThread';

type Body = (net: Layers, x: Value, channels: number) => Value;

const FORMS = [
  ['words', await oneThread('words')],
  ['words without patches', await oneThread('words', wordsOf(255))],
] as const;
const COUNTS = [1, 2, 3, 5, 6, 7, 9, 13, 18];

const norm = { groups: 1, epsilon: 1e-5 };
const shapeOf = (kind: 'picture' | 'tokens' | 'row', channels: number): readonly number[] =>
  ({ picture: [2, channels, 5, 7], tokens: [2, 35, channels], row: [1, channels] })[kind];

/** Whom the error names. */
const REFUSED: readonly (readonly [what: string, kind: 'picture' | 'tokens' | 'row', named: string, body: Body])[] = [
  ['a group norm', 'picture', 'n', (net, x) => net.groupNorm('n', x, norm)],
  ['a group norm of a channel each', 'picture', 'n', (net, x, groups) => net.groupNorm('n', x, { ...norm, groups })],
  [
    'a group norm that a convolution reads',
    'picture',
    'n',
    (net, x) => net.conv2d('c', net.silu(net.groupNorm('n', x, norm)), { channels: 8, kernel: 3 }),
  ],
  ['a convolution', 'picture', 'c', (net, x) => net.conv2d('c', x, { channels: 8, kernel: 3 })],
  [
    'a convolution with stride 2',
    'picture',
    'c',
    (net, x) => net.conv2d('c', x, { channels: 8, kernel: 3, stride: 2 }),
  ],
  ['a 1×1 convolution', 'picture', 'c', (net, x) => net.conv2d('c', x, { channels: 8, kernel: 1 })],
  [
    'a convolution of an enlarged picture',
    'picture',
    'c',
    (net, x) => net.conv2d('c', net.upsampleTo(x, 10, 14), { channels: 8, kernel: 3 }),
  ],
  ['half a picture', 'picture', 'x', (net, x) => net.halved(x)],
  ['the lowest frequencies', 'picture', 'x', (net, x) => net.scaleLowest(x, 0.6)],
  ['some channels scaled', 'picture', 'x', (net, x) => net.scaleFirst(x, 1, 1.3)],
  ['a linear layer', 'tokens', 'l', (net, x) => net.linear('l', x, 8)],
  ['a linear layer of one row', 'row', 'l', (net, x) => net.linear('l', x, 8)],
  ['a layer norm', 'tokens', 'n', (net, x) => net.layerNorm('n', x, { epsilon: 1e-5 })],
  ['silu', 'tokens', 'x', (net, x) => net.silu(x)],
  ['gelu', 'tokens', 'x', (net, x) => net.gelu(x)],
  ['relu', 'tokens', 'x', (net, x) => net.relu(x)],
  ['tanh', 'tokens', 'x', (net, x) => net.tanh(x)],
  [
    'merged tokens',
    'tokens',
    '',
    (net, x, channels) => withMerged(net, partitioned(7, 5, 0.5), x, x, (few) => net.linear('conv_in', few, channels)),
  ],
];

for (const [form, threads] of FORMS) {
  for (const [what, kind, named, body] of REFUSED) {
    test(`${form}: ${what} of channels that are no whole fours is refused, and of whole fours is not`, async () => {
      for (const channels of [...COUNTS, 12]) {
        const shape = shapeOf(kind, channels);
        const describe = onPicture(shape, (net, x) => body(net, x, channels));
        const answer = await onKernels(describe, madeUp(describe, 3), { x: input(shape, 7, 2) }, threads).then(
          () => 'computed',
          (error) => `${error.code}: ${error.argument}: ${error.got}`,
        );
        const refusal = `backend-unavailable: made up: ${named}: ${channels}`;
        if (named) assert.is(answer, channels === 12 ? 'computed' : refusal);
        else assert.is(answer.startsWith('backend-unavailable: made up: '), channels !== 12, answer);
      }
    });
  }

  test(`${form}: of two pictures side by side each has to be whole fours`, async () => {
    for (const [first, second] of [
      [6, 10],
      [3, 13],
      [4, 6],
      [6, 4],
    ] as const) {
      const shape = [1, second, 3, 5];
      const describe = onPicture(shape, (net, x) =>
        net.groupNorm('n', net.concatChannels(net.conv2d('conv_in', x, { channels: first, kernel: 1 }), x), norm),
      );
      await onKernels(describe, madeUp(describe, 3), { x: input(shape, 7, 2) }, threads).then(
        () => assert.unreachable(`${first} + ${second}`),
        (error) => assert.is(error.message, refusalOf('n', `${first} + ${second}`)),
      );
    }
  });

  test(`${form}: a gated layer's halves have to be whole fours`, async () => {
    const describe = onPicture([1, 9, 8], (net, x) => net.geglu(net.linear('a', x, 12)));
    await onKernels(describe, madeUp(describe, 3), { x: input([1, 9, 8], 7, 2) }, threads).then(
      () => assert.unreachable(),
      (error) => assert.is(error.message, refusalOf('a', '6')),
    );
  });
}

const refusalOf = (scope: string, got: string): string =>
  `backend-unavailable: made up: ${scope}: expected numbers of channels that are multiples of 4 (other backends have no such limit), got ${got}`;

/** What stays float32 on its way. */
const RIGHT: readonly (readonly [what: string, kind: 'picture' | 'tokens', body: Body])[] = [
  ['a convolution in float32', 'picture', (net, x) => net.conv2d('conv_in', x, { channels: 5, kernel: 3 })],
  ['numbers scaled and moved', 'picture', (net, x) => net.scale(x, 0.7, 0.1)],
  ['a sum', 'picture', (net, x) => net.add(x, net.scale(x, 0.5, 0.2))],
  [
    'two side by side',
    'picture',
    (net, x) => net.concatChannels(net.conv2d('conv_in', x, { channels: 3, kernel: 1 }), x),
  ],
  ['attention', 'tokens', (net, x) => net.attention(x, x, x, { heads: 1 })],
  ['causal attention', 'tokens', (net, x) => net.attention(x, x, x, { heads: 1, causal: true })],
];

for (const [what, kind, body] of RIGHT) {
  test(`${what} may be of any number of channels`, async () => {
    for (const channels of COUNTS) {
      const shape = shapeOf(kind, channels);
      const describe = onPicture(shape, (net, x) => body(net, x, channels));
      const made = madeUp(describe, 3);
      const inputs = { x: input(shape, 7, 2) };
      const { y } = await onKernels(describe, made, inputs, FORMS[0][1]);
      const quality = sqnr(y!.data, oneByOne(describe, made, inputs).get('y')!);
      assert.ok(quality > 70, `${channels} channels: ${quality.toFixed(1)} dB`);
    }
  });
}

test.run();
