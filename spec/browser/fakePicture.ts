/** A picture out of a formula, the same in the worker and in the spec that compares: a sun over hills. */
import type { ImageRequest, Picture } from '../../workers/api';

export function fakePicture({ width, height }: Pick<ImageRequest, 'width' | 'height'>, seed: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  const [sunX, sunY] = [width * (0.25 + ((seed * 7) % 50) / 100), height * 0.38];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const hill = height * (0.68 + 0.08 * Math.sin((x / width) * 6 + seed)) < y;
      const near = Math.max(0, 1 - Math.hypot(x - sunX, y - sunY) / (width * 0.5));
      const sun = Math.hypot(x - sunX, y - sunY) < width * 0.11;
      const sky = [120 + 110 * near + (40 * y) / height, 150 + 60 * near, 200 - 40 * near];
      const land = [50 + (40 * (height - y)) / height, 90 + (60 * (height - y)) / height, 70];
      pixels.set(sun ? [250, 225, 160] : hill ? land : sky, (y * width + x) * 3);
    }
  }
  return { width, height, pixels, seed };
}
