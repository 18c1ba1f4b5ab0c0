/**
 * The latents of a picture, drawn around what the VAE's encoder says of it: `DiagonalGaussianDistribution.sample` and `mode` of
 * diffusers 0.42.1.
 */
import type { Latents } from './latents';

/**
 * `moments` `[1, 2C, H, W]`, mean and then log-variance; `noise` `[1, C, H, W]`, without which it is the mean. The latents come
 * `scalingFactor`ed, as the network knows them.
 */
export function posteriorLatents(moments: Latents, noise: Latents | undefined, scalingFactor: number): Latents {
  const [batch, channels, height, width] = moments.shape;
  const size = moments.data.length / 2;
  const data = Float32Array.from({ length: size }, (_, i) => {
    const logVariance = Math.min(Math.max(moments.data[size + i]!, -30), 20);
    const part = noise ? Math.exp(0.5 * logVariance) * noise.data[i]! : 0;
    return scalingFactor * (moments.data[i]! + part);
  });
  return { shape: [batch, channels / 2, height, width], data };
}
