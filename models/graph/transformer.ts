/**
 * `Transformer2DModel` with one `BasicTransformerBlock` (diffusers 0.42.1, transformer_2d.py and attention.py): the
 * pixels as tokens look at each other, then at the prompt, then pass a gated feed-forward layer.
 */
import type { ImageTokens } from '../stage';
import { imageKeysName, imageMaskName, imageValuesName } from './imageNames';
import { type Layers, pictureShape, type Value } from './layers';
import { partitioned, type TokenPartition, withMerged } from './tokenMerging';

export interface Transformer {
  /** How much of the tokens is merged for self-attention; nothing where absent. */
  readonly mergingRatio?: number | undefined;
  readonly heads: number;
  readonly groups: number;
  /** Hidden states of the prompt `[B, T, D]`. */
  readonly hiddenStates: Value;
  /** Of pictures that it is shown beside the prompt (ipAdapter.ts). */
  readonly imageTokens?: readonly ImageTokens[];
}

/** Of the GroupNorm before the projection; not the UNet's own. */
const GROUP_EPSILON = 1e-6;
const LAYER_EPSILON = 1e-5;
/** Width of the feed-forward layer in channels, before the gate doubles it. */
const FEED_FORWARD = 4;

export function transformer(net: Layers, scope: string, x: Value, options: Transformer): Value {
  const [, channels, height, width] = pictureShape(x);
  const normed = net.groupNorm(`${scope}.norm`, x, { groups: options.groups, epsilon: GROUP_EPSILON });
  const tokens = net.toTokens(net.conv2d(`${scope}.proj_in`, normed, { channels, kernel: 1 }));
  const partition = partitioned(height, width, options.mergingRatio ?? 0);
  const seen = transformerBlock(net, `${scope}.transformer_blocks.0`, tokens, options, partition);
  const picture = net.toPicture(seen, height, width);
  return net.add(net.conv2d(`${scope}.proj_out`, picture, { channels, kernel: 1 }), x);
}

function transformerBlock(
  net: Layers,
  scope: string,
  x: Value,
  { heads, hiddenStates, imageTokens }: Transformer,
  partition: TokenPartition,
): Value {
  const norm = (name: string, value: Value) => net.layerNorm(`${scope}.${name}`, value, { epsilon: LAYER_EPSILON });
  const attendSelf = (self: Value): Value => attend(net, `${scope}.attn1`, self, self, heads);
  let h = net.add(withMerged(net, partition, x, norm('norm1', x), attendSelf), x);
  h = net.add(attend(net, `${scope}.attn2`, norm('norm2', h), hiddenStates, heads, imageTokens), h);
  return net.add(feedForward(net, `${scope}.ff`, norm('norm3', h)), h);
}

/** Of `imageTokens`, keys and values come in: what is seen of pictures, where it counts, is added to what is seen of `context`, queries being the same. */
function attend(
  net: Layers,
  scope: string,
  x: Value,
  context: Value,
  heads: number,
  imageTokens: readonly ImageTokens[] = [],
): Value {
  const [batch, queries, channels] = x.shape as [number, number, number];
  const project = (name: string, from: Value) => net.linear(`${scope}.${name}`, from, channels, { bias: false });
  const q = project('to_q', x);
  let seen = net.attention(q, project('to_k', context), project('to_v', context), { heads });
  for (const [index, shown] of imageTokens.entries()) {
    const tokens = typeof shown === 'number' ? shown : shown.masked;
    const [k, v] = [imageKeysName, imageValuesName].map((nameOf) =>
      net.input(nameOf(scope, index), 'float32', [batch, tokens, channels]),
    ) as [Value, Value];
    const looked = net.attention(q, k, v, { heads });
    const mask = (): Value => net.input(imageMaskName(scope, index), 'float32', [batch, queries, 1]);
    seen = net.add(seen, typeof shown === 'number' ? looked : net.scaleTokens(looked, mask()));
  }
  return net.linear(`${scope}.to_out.0`, seen, channels);
}

function feedForward(net: Layers, scope: string, x: Value): Value {
  const channels = x.shape[2]!;
  const wide = net.linear(`${scope}.net.0.proj`, x, 2 * FEED_FORWARD * channels);
  return net.linear(`${scope}.net.2`, net.geglu(wide), channels);
}
