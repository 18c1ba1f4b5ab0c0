/**
 * IP-Adapter, Ye et al. 2023 (arXiv 2308.06721): what CLIP sees in a picture as tokens that the UNet looks at beside those of the prompt, in each
 * cross-attention by keys and values of their own. These depend on nothing else, so they are made here, once, and handed to the UNet
 * (transformer.ts). As `ImageProjection`, `IPAdapterFullImageProjection`, `IPAdapterPlusImageProjection` (embeddings.py) and
 * `IPAdapterAttnProcessor2_0` (attention_processor.py) of diffusers 0.42.1 have it, under whose names its layers stand.
 */
import type { UNetConfig } from '../sd15';
import type { StageSize } from '../stage';
import type { ClipVisionOutput } from './clipVision';
import { imageKeysName, imageValuesName } from './imageNames';
import type { Layers, Value } from './layers';
import { crossAttentions } from './unet';

/** How features `featureDim` wide become tokens: of the picture as a whole, of every patch, or of all patches by a resampler. */
export type IpAdapterConfig =
  | { readonly kind: 'plain'; readonly featureDim: number }
  | { readonly kind: 'full'; readonly featureDim: number }
  | ({ readonly kind: 'plus'; readonly featureDim: number } & Resampler);

/** `queries` vectors of `width` that look at the picture in each of `layers`, with so many `heads` of 64 channels. */
export interface Resampler {
  readonly queries: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/** Of a picture, where it is one (`num_image_text_embeds`). */
export const PLAIN_TOKENS = 4;
/** Channels of a resampler's head. */
export const HEAD_CHANNELS = 64;
/** Width of a resampler's feed-forward layer in channels. */
const FEED_FORWARD = 4;
const EPSILON = 1e-5;

/** What of the image encoder it sees. */
export const featuresOf = ({ kind }: IpAdapterConfig): ClipVisionOutput =>
  kind === 'plain' ? 'image_embeds' : 'hidden_states';

/** How many tokens it makes of a picture that the encoder has made `patches` tokens of. */
export const imageTokensOf = (config: IpAdapterConfig, patches: number): number =>
  config.kind === 'plain' ? PLAIN_TOKENS : config.kind === 'full' ? patches : config.queries;

/**
 * `features` `[B, T, featureDim]`, of the plain kind with T = 1, and of a resampler `latents` `[B, queries, width]`, its own, to keys and values
 * `[B, tokens, channels]` of each cross-attention.
 */
export function ipAdapter(
  net: Layers,
  unet: UNetConfig,
  config: IpAdapterConfig,
  patches: number,
  { batch }: Pick<StageSize, 'batch'>,
): void {
  const count = config.kind === 'plain' ? 1 : patches;
  const features = net.input('features', 'float32', [batch, count, config.featureDim]);
  const tokens = projected(net, features, config, unet.crossAttentionDim);
  for (const { scope, channels } of crossAttentions(unet)) {
    const project = (name: string): Value => net.linear(`${scope}.${name}`, tokens, channels, { bias: false });
    net.output(imageKeysName(scope), project('to_k_ip'));
    net.output(imageValuesName(scope), project('to_v_ip'));
  }
}

function projected(net: Layers, x: Value, config: IpAdapterConfig, width: number): Value {
  const norm = (name: string, value: Value): Value => net.layerNorm(name, value, { epsilon: EPSILON });
  switch (config.kind) {
    case 'plain':
      return norm('norm', net.splitTokens(net.linear('image_embeds', x, PLAIN_TOKENS * width), PLAIN_TOKENS));
    case 'full':
      return norm('norm', net.linear('ff.net.2', net.gelu(net.linear('ff.net.0.proj', x, config.featureDim)), width));
    case 'plus': {
      const latents = net.input('latents', 'float32', [x.shape[0]!, config.queries, config.width]);
      return norm('norm_out', net.linear('proj_out', resampled(net, x, latents, config), width));
    }
  }
}

/** `IPAdapterPlusImageProjectionBlock`, one after another. */
function resampled(net: Layers, features: Value, latents: Value, { width, heads, layers }: Resampler): Value {
  const x = net.linear('proj_in', features, width);
  let h = latents;
  for (let i = 0; i < layers; i++) {
    const scope = `layers.${i}`;
    const norm = (name: string, value: Value): Value => net.layerNorm(`${scope}.${name}`, value, { epsilon: EPSILON });
    const linear = (name: string, value: Value, channels: number): Value =>
      net.linear(`${scope}.${name}`, value, channels, { bias: false });
    const queries = norm('ln1', h);
    const seen = net.concatTokens(norm('ln0', x), queries);
    const project = (name: string, from: Value): Value => linear(`attn.${name}`, from, HEAD_CHANNELS * heads);
    const looked = net.attention(project('to_q', queries), project('to_k', seen), project('to_v', seen), { heads });
    h = net.add(linear('attn.to_out.0', looked, width), h);
    const wide = net.gelu(linear('ff.1.net.0.proj', norm('ff.0', h), FEED_FORWARD * width));
    h = net.add(linear('ff.1.net.2', wide, width), h);
  }
  return h;
}
