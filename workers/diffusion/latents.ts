/** Latents: the small picture that diffusion works on. */

/** Row-major `[batch, channels, height, width]` float32; `height` and `width` are pixels / 8. */
export interface Latents {
  readonly shape: readonly [batch: number, channels: number, height: number, width: number];
  readonly data: Float32Array;
}
