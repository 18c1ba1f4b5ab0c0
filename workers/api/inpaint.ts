/** How a part of a picture is drawn anew, or beyond its edges: the part of an `ImageRequest` that goes with a mask. */

/**
 * What drawing begins from where the mask says anew: colors of what is around it (`fill`), the picture itself, the picture's own first noise, or
 * latents of 0. stable-diffusion-webui's words, `_` for its blanks.
 */
export type MaskedContent = 'fill' | 'original' | 'latent_noise' | 'latent_nothing';

export interface InpaintRequest {
  /**
   * Radius in pixels, in [0, 64], by which the mask is blurred, as Pillow's GaussianBlur does; what is kept is then pasted over what was drawn,
   * fading along it. 0 by default; with `outpaint` 8.
   */
  readonly maskBlur?: number;
  /** `original` by default, as diffusers has it; with `outpaint` `fill`. */
  readonly maskedContent?: MaskedContent;
  /** Draws what the mask keeps, and keeps what it would draw. */
  readonly invertMask?: boolean;
  /**
   * Draws only the part of the picture that the mask is in, with so many pixels around it, integer in [0, 512], at `width` × `height`, and pastes
   * it back: the picture, and the one that comes, are then of any size. diffusers' `padding_mask_crop`.
   */
  readonly inpaintPadding?: number;
  /**
   * Draws beyond the picture: pixels that `width` × `height` has more than it on each side, multiples of 8. There is no `maskImage` then: it is
   * what is new, and of the picture what lies within `maskBlur` of it.
   */
  readonly outpaint?: readonly [left: number, top: number, right: number, bottom: number];
}
