/** Operations over shapes that fill no tile, each as a network of its own with made-up weights. */
import type { Layers, Value } from '../../../../models/graph/layers';
import { partitioned, withMerged } from '../../../../models/graph/tokenMerging';
import type { Threads } from '../../../../workers/backend/int8/threads';
import type { Tensors } from '../../../../workers/tensor';
import { input, madeUp, oneByOne, onKernels, sqnr } from './network';

export const picture = (shape: readonly number[]) => ({ x: input(shape, 7, 2) });
export const tokens = picture;

export type Case = readonly [name: string, describe: (net: Layers) => void, inputs: Tensors];

export const onPicture =
  (shape: readonly number[], body: (net: Layers, x: Value) => Value) =>
  (net: Layers): void =>
    net.output('y', body(net, net.input('x', 'float32', shape)));

export function on(name: string, inputs: Tensors, body: (net: Layers, x: Value) => Value): Case {
  return [name, onPicture(inputs.x!.shape, body), inputs];
}

export const CASES: readonly Case[] = [
  ...(
    [
      [1, 4, 1, 1],
      [1, 12, 5, 7],
      [2, 20, 3, 4],
      [1, 36, 9, 2],
      [2, 64, 8, 8],
    ] as const
  ).flatMap((shape) => [
    on(`a 3×3 convolution of [${shape}]`, picture(shape), (net, x) => net.conv2d('c', x, { channels: 20, kernel: 3 })),
    on(`with stride 2 of [${shape}]`, picture(shape), (net, x) =>
      net.conv2d('c', x, { channels: 12, kernel: 3, stride: 2 }),
    ),
    ...(shape[3] > 1
      ? [
          on(`with zeros after of [${shape}]`, picture(shape), (net, x) =>
            net.conv2d('c', x, { channels: 4, kernel: 3, stride: 2, padding: 'after' }),
          ),
        ]
      : []),
    on(`a 1×1 convolution of [${shape}]`, picture(shape), (net, x) => net.conv2d('c', x, { channels: 3, kernel: 1 })),
    on(`seen enlarged, of [${shape}]`, picture(shape), (net, x) =>
      net.conv2d('c', net.upsampleTo(x, 2 * shape[2] - 1, 2 * shape[3]), { channels: 8, kernel: 3 }),
    ),
    on(`seen twice as large, of [${shape}]`, picture(shape), (net, x) => {
      const h = net.silu(net.groupNorm('n', x, { groups: 4, epsilon: 1e-5 }));
      const [height, width] = [2 * shape[2], 2 * shape[3]];
      return net.conv2d('c', net.upsampleTo(h, height, width), { channels: 20, kernel: 3 });
    }),
    on(`in float32, of [${shape}]`, picture(shape), (net, x) => net.conv2d('conv_in', x, { channels: 20, kernel: 3 })),
    on(`a group norm of [${shape}]`, picture(shape), (net, x) => net.groupNorm('n', x, { groups: 4, epsilon: 1e-5 })),
    on(`a residual block of [${shape}]`, picture(shape), (net, x) => {
      const h = net.silu(net.groupNorm('n', x, { groups: 4, epsilon: 1e-5 }));
      return net.scale(net.add(x, net.conv2d('c', h, { channels: shape[1], kernel: 3 })), 0.7);
    }),
    on(`a convolution without bias, of [${shape}]`, picture(shape), (net, x) =>
      net.conv2d('c', x, { channels: 12, kernel: 3, bias: false }),
    ),
    on(`halved, [${shape}]`, picture(shape), (net, x) => net.conv2d('c', net.halved(x), { channels: 8, kernel: 1 })),
    on(`a block of ReLUs, [${shape}]`, picture(shape), (net, x) => {
      const conv = (scope: string, from: Value) => net.conv2d(scope, from, { channels: shape[1], kernel: 3 });
      const h = net.relu(conv('b', net.relu(conv('a', x))));
      return net.relu(net.add(conv('c', h), net.relu(x)));
    }),
    on(`softly clamped, of [${shape}]`, picture(shape), (net, x) => net.scale(net.tanh(net.scale(x, 1 / 3)), 3)),
    on(`three channels scaled and moved, of [${shape}]`, picture(shape), (net, x) =>
      net.scale(net.conv2d('c', x, { channels: 3, kernel: 1 }), 2, -1),
    ),
    on(`two pictures side by side, [${shape}]`, picture(shape), (net, x) => {
      const both = net.concatChannels(net.conv2d('a', x, { channels: 12, kernel: 1 }), x);
      const h = net.silu(net.groupNorm('n', both, { groups: 4, epsilon: 1e-5 }));
      return net.add(net.conv2d('s', both, { channels: 8, kernel: 1 }), net.conv2d('c', h, { channels: 8, kernel: 3 }));
    }),
  ]),
  ...(
    [
      [1, 1, 4],
      [1, 2, 24],
      [2, 7, 40],
      [1, 77, 64],
      [2, 130, 16],
    ] as const
  ).flatMap((shape) => [
    on(`a linear layer of [${shape}]`, tokens(shape), (net, x) => net.linear('l', x, 21)),
    on(`without bias, of [${shape}]`, tokens(shape), (net, x) => net.linear('l', x, 8, { bias: false })),
    [
      `each scaled by its own, of [${shape}]`,
      (net: Layers) => {
        const [x, factors] = [net.input('x', 'float32', shape), net.input('f', 'float32', [shape[0], shape[1], 1])];
        net.output('y', net.add(net.scaleTokens(net.linear('a', x, 13), factors), net.linear('b', x, 13)));
      },
      { ...tokens(shape), f: input([shape[0], shape[1], 1], 9, 1) },
    ] satisfies Case,
    on(`a layer norm of [${shape}]`, tokens(shape), (net, x) => net.layerNorm('n', x, { epsilon: 1e-5 })),
    on(`silu of [${shape}]`, tokens(shape), (net, x) => net.silu(x)),
    on(`relu of [${shape}]`, tokens(shape), (net, x) => net.relu(x)),
    on(`gelu of [${shape}]`, tokens(shape), (net, x) => net.gelu(x)),
    on(`quick gelu of [${shape}]`, tokens(shape), (net, x) => net.quickGelu(x)),
    on(`a gated layer of [${shape}]`, tokens(shape), (net, x) =>
      net.linear('b', net.geglu(net.linear('a', x, 24)), 12),
    ),
    on(`attention of [${shape}]`, tokens(shape), (net, x) =>
      net.attention(net.linear('q', x, 24), net.linear('k', x, 24), net.linear('v', x, 24), { heads: 2 }),
    ),
    on(`attention by one wide head of [${shape}]`, tokens(shape), (net, x) => net.attention(x, x, x, { heads: 1 })),
    on(`causal attention of [${shape}]`, tokens(shape), (net, x) => net.attention(x, x, x, { heads: 2, causal: true })),
    on(`what is added is read by two, [${shape}]`, tokens(shape), (net, x) => {
      const h = net.linear('a', x, 12);
      return net.add(net.linear('b', h, 12), h);
    }),
  ]),
  // Tiles of whole rows, which make integers of what they have gated.
  ...(
    [
      [[1, 400, 12], 8],
      [[2, 211, 20], 40],
      [[1, 1700, 8], 24],
    ] as const
  ).map(([shape, width]) =>
    on(`gated in whole rows, of [${shape}] to ${width}`, tokens(shape), (net, x) =>
      net.linear('b', net.geglu(net.linear('a', x, 2 * width)), 12),
    ),
  ),
  // What has neither pixels nor tokens is one row, and computed without rounding it.
  on('a linear layer of one row', { x: input([1, 24], 7, 2) }, (net, x) => net.linear('l', net.silu(x), 21)),
  // Pictures of tokens, of which some have a last row or column by itself.
  ...(
    [
      [1, 2, 2, 24],
      [2, 3, 5, 40],
      [1, 7, 11, 64],
      [2, 10, 13, 16],
    ] as const
  ).flatMap(([batch, height, width, channels]) =>
    [0.2, 0.5, 0.75].map((ratio) =>
      on(
        `merged tokens of [${[batch, height, width, channels]}], ${ratio}`,
        tokens([batch, height * width, channels]),
        (net, x) => {
          const partition = partitioned(height, width, ratio);
          return withMerged(net, partition, x, net.layerNorm('n', x, { epsilon: 1e-5 }), (few) =>
            net.linear('l', few, channels),
          );
        },
      ),
    ),
  ),
];

/** Of tokens that attend to themselves by two heads. */
export const ATTENTIONS = [
  [1, 1, 8],
  [2, 7, 24],
  [1, 130, 40],
  [2, 257, 16],
  [1, 300, 80],
] as const;

/** What is left of the signal, decibels, as against what was computed one number at a time. `loudness` 1: products of a few units. */
export async function attentionQuality(shape: readonly number[], threads: Threads, loudness = 1): Promise<number> {
  const describe = onPicture(shape, (net, x) => net.attention(x, x, x, { heads: 2 }));
  const made = madeUp(describe, 1);
  const data = (tokens(shape).x.data as Float32Array).map((value) => loudness * value);
  const loud: Tensors = { x: { type: 'float32', shape, data } };
  const { y } = await onKernels(describe, made, loud, threads, false);
  return sqnr(y!.data, oneByOne(describe, made, loud).get('y')!);
}
