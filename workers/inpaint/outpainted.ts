/** A picture on a larger canvas, and the mask of what is new there. */
import type { InitImage, MaskImage } from '../api';

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * `image` on a canvas of `size`, black around it; and what is drawn anew: what is black, and of the picture what lies within `seam` pixels of a
 * side that grows, as stable-diffusion-webui's "Poor man's outpainting" has it. `margins`: left, top, right, bottom.
 */
export function outpainted(
  image: InitImage,
  [left, top, right, bottom]: readonly [number, number, number, number],
  { width, height }: Size,
  seam: number,
): { readonly initImage: InitImage; readonly maskImage: MaskImage } {
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < image.height; y++) {
    const row = 3 * image.width;
    pixels.set(image.pixels.subarray(y * row, (y + 1) * row), 3 * ((top + y) * width + left));
  }
  const kept = (margin: number): number => (margin === 0 ? 0 : margin + seam);
  const [first, end] = [kept(left), width - kept(right)];
  const [above, below] = [kept(top), height - kept(bottom)];
  const mask = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= first && x < end && y >= above && y < below ? 0 : 255;
  });
  return { initImage: { width, height, pixels }, maskImage: { width, height, pixels: mask } };
}
