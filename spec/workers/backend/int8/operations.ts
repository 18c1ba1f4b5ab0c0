/** Operations of shapes and loudness drawn at random, the same for the same number. */
import type { Layers, Value } from '../../../../models/graph/layers';
import { listing } from '../../../../models/graph/parameters';
import { partitioned, withMerged } from '../../../../models/graph/tokenMerging';
import type { Tensor, Tensors } from '../../../../workers/tensor';
import { onPicture } from './cases';
import { input, madeUp } from './network';
import { type Whole, wholeOf } from './randomNetwork';

export interface Drawn {
  readonly shape: readonly number[];
  readonly body: (net: Layers, x: Value) => Value;
  /** Powers of ten that inputs may be around. */
  readonly loudness: number;
}

// Rows and channels come in fours, as in all networks; hardly ever in eights or in whole tiles.
const pictureOf = (whole: Whole) => [whole(1, 2), 4 * whole(1, 11), whole(1, 7), whole(1, 7)] as const;
const tokensOf = (whole: Whole) => [whole(1, 2), whole(1, 70), 4 * whole(1, 15)] as const;

export const OPERATIONS: Readonly<Record<string, (whole: Whole) => Drawn>> = {
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
  'a residual epilogue': (whole) => {
    const shape = pictureOf(whole);
    const [kernel, factor, relu] = [whole(0, 1) ? 3 : 1, whole(1, 3) / 2, whole(0, 1)] as const;
    const convolution = { channels: shape[1], kernel, bias: whole(0, 1) === 1 };
    const plain = whole(0, 1) === 1;
    return {
      ...{ shape, loudness: 6 },
      body(net, x) {
        const sum = net.add(net.conv2d('c', x, convolution), plain ? x : net.silu(x));
        return relu ? net.relu(sum) : net.scale(sum, factor);
      },
    };
  },
  'a picture that is told the time': (whole) => {
    const [shape, channels] = [pictureOf(whole), 4 * whole(1, 6)];
    return {
      ...{ shape, loudness: 2 },
      body(net, x) {
        const how = { width: 16, flipSinToCos: true, freqShift: 0 };
        const time = net.silu(net.linear('t', net.timestepEmbedding(net.input('timestep', 'float32', [1]), how), 20));
        const told = net.addToChannels(net.conv2d('c', x, { channels, kernel: 3 }), net.linear('u', time, channels));
        return net.silu(net.groupNorm('n', told, { groups: 2, epsilon: 1e-5 }));
      },
    };
  },
  'two pictures side by side': (whole) => {
    const [shape, channels] = [pictureOf(whole), 4 * whole(1, 6)];
    const [own, kernel, norm] = [4 * whole(1, 6), whole(0, 1) ? 3 : 1, whole(0, 2)] as const;
    const first = whole(0, 1) === 1;
    return {
      ...{ shape, loudness: norm ? 4 : 12 },
      body(net, x) {
        const other = net.conv2d('a', x, { channels: own, kernel: 1, bias: false });
        const both = first ? net.concatChannels(x, other) : net.concatChannels(other, x);
        if (norm === 0) return net.conv2d('c', both, { channels, kernel });
        // Groups that need not end where the first picture does.
        const groups = both.shape[1]! / (norm === 1 ? 4 : 2);
        const normed = net.groupNorm('n', both, { groups, epsilon: 1e-5 });
        return net.conv2d('c', norm === 1 ? normed : net.silu(normed), { channels, kernel });
      },
    };
  },
  'a picture seen twice as large, in more tiles than one': (whole) => {
    const shape = [whole(1, 2), 4 * whole(1, 3), whole(1, 5), whole(60, 75)] as const;
    const channels = 4 * whole(1, 5);
    return {
      ...{ shape, loudness: 6 },
      body: (net, x) =>
        net.conv2d('c', net.upsampleTo(x, 2 * shape[2], 2 * shape[3]), { channels, kernel: 3, bias: false }),
    };
  },
  'a gated layer': (whole) => {
    const shape = [whole(1, 2), whole(0, 2) ? whole(1, 90) : whole(200, 420), 4 * whole(1, 6)] as const;
    const [width, channels] = [whole(0, 3) ? 8 * whole(1, 6) : 4 * whole(1, 6), whole(1, 30)];
    return {
      ...{ shape, loudness: 3 },
      body: (net, x) => net.linear('b', net.geglu(net.linear('a', x, 2 * width)), channels),
    };
  },
  'a convolution in float32': (whole) => {
    const channels = whole(1, 20);
    return {
      ...{ shape: pictureOf(whole), loudness: 12 },
      body: (net, x) => net.conv2d('conv_in', x, { channels, kernel: 3 }),
    };
  },
  'a layer of one row': (whole) => {
    const channels = whole(1, 140);
    return { shape: [1, 4 * whole(1, 40)], loudness: 12, body: (net, x) => net.linear('l', x, channels) };
  },
  'an activation': (whole) => {
    const which = (['silu', 'gelu', 'quickGelu', 'tanh', 'relu'] as const)[whole(0, 4)]!;
    const [factor, summand] = [whole(1, 4) / 4, whole(-1, 1)];
    return {
      ...{ shape: tokensOf(whole), loudness: 3 },
      body: (net, x) => net.scale(net[which](x), factor, summand),
    };
  },
  'a halved picture': (whole) => ({
    ...{ shape: pictureOf(whole), loudness: 12 },
    body: (net, x) => net.halved(x),
  }),
  'the lowest frequencies': (whole) => {
    const [shape, factor, share] = [pictureOf(whole), whole(0, 12) / 4, whole(0, 1)];
    return {
      ...{ shape, loudness: 12 },
      body: (net, x) => net.scaleLowest(share ? net.scaleFirst(x, shape[1] / 2, 1.4) : x, factor),
    };
  },
  'merged tokens': (whole) => {
    const [batch, height, width, channels] = [whole(1, 2), whole(2, 9), whole(2, 9), 4 * whole(1, 12)] as const;
    const partition = partitioned(height, width, whole(1, 15) / 20);
    return {
      ...{ shape: [batch, height * width, channels], loudness: 4 },
      body: (net, x) => withMerged(net, partition, x, x, (few) => net.linear('l', few, channels)),
    };
  },
  'attention to others': (whole) => {
    const [batch, count] = tokensOf(whole);
    // Heads of any width, also of no whole fours; keys as many as a prompt has, and a few more or fewer.
    const heads = 4 * whole(1, 2);
    const [keys, channels] = [[1, 77, 154, whole(1, 150)][whole(0, 3)]!, heads * whole(1, 11)];
    return {
      ...{ shape: [batch, count, channels], loudness: 0 },
      body(net, x) {
        const seen = net.input('seen', 'float32', [batch, keys, 12]);
        return net.attention(x, net.linear('k', seen, channels), net.linear('v', seen, channels), { heads });
      },
    };
  },
};

/** Number `i` of an operation: with weights, and with inputs around its loudness. */
export function drawn(name: string, i: number) {
  const index = Object.keys(OPERATIONS).indexOf(name);
  const whole = wholeOf(1000 * index + i);
  const { shape, body, loudness } = OPERATIONS[name]!(whole);
  const amplitude = 2 * 10 ** whole(-loudness, loudness);
  const describe = onPicture(shape, body);
  const inputs = inputsOf(describe, i + 1, amplitude);
  return { describe, inputs, made: madeUp(describe, i), title: `${name} ${i}: [${shape}] around ${amplitude}` };
}

/** Of all that is asked for; `x` is around `amplitude`. */
function inputsOf(describe: (net: Layers) => void, seed: number, amplitude: number): Tensors {
  const inputs: Record<string, Tensor> = {};
  const net = listing([]);
  describe({
    ...net,
    input(name, type, shape) {
      inputs[name] = input(shape, seed + Object.keys(inputs).length, name === 'x' ? amplitude : 2);
      return net.input(name, type, shape);
    },
  });
  return inputs;
}
