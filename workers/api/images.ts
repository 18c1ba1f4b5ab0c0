/** Pictures that a drawing begins from: the part of an `ImageRequest` that no file of settings holds. */

/** 8-bit RGB, row by row from the top, `[height, width, 3]`. */
export interface InitImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A byte for each pixel, `[height, width]`: from 128 on it is drawn anew, below it stays. */
export type MaskImage = InitImage;

export interface FromImageRequest {
  /** The picture to begin from, of the size that is asked for; with `outpaint` smaller, with `inpaintPadding` of any size. */
  readonly initImage?: InitImage;
  /** What is to be drawn anew of it, of the picture's size. A model made for inpainting needs one. */
  readonly maskImage?: MaskImage;
  /**
   * How much of it is given up, in (0, 1]: that part of the steps is taken, at least one; by default 0.8, or with a mask 1, as in
   * diffusers.
   */
  readonly strength?: number;
}
