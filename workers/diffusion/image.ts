/**
 * From the decoder's floats to 8-bit RGB, exactly as diffusers 0.42.1 (`VaeImageProcessor.postprocess`: `denormalize`,
 * `pt_to_numpy`, `numpy_to_pil`): float32 throughout, halves to even; and the way back, for its encoder.
 */
import { DiffusionError } from './errors';
import { roundHalfEven } from './round';

const { fround } = Math;

/**
 * `image` is `[3, height, width]`, nominally in [-1, 1]; the result is `[height, width, 3]`.
 * Throws `bad-picture`, naming the first index, where a value is NaN or infinite.
 */
export function rgb8(image: Float32Array, height: number, width: number): Uint8Array {
  const area = height * width;
  if (image.length !== 3 * area) throw new RangeError(`rgb8: ${image.length} floats for 3 × ${height} × ${width}`);
  const bad = image.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw notFinite(image, bad);

  const pixels = new Uint8Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < area; i++) pixels[3 * i + channel] = level(image[channel * area + i]!);
  }
  return pixels;
}

/** `round(255 · clamp(x / 2 + 1/2, 0, 1))` */
function level(x: number): number {
  const unit = Math.min(Math.max(fround(x * 0.5 + 0.5), 0), 1);
  return roundHalfEven(fround(unit * 255));
}

/** 8-bit RGB `[height, width, 3]` as the encoder takes it, `[3, height, width]` in [-1, 1] (`VaeImageProcessor.preprocess`). */
export function fromRgb8(pixels: Uint8Array): Float32Array {
  const area = pixels.length / 3;
  const image = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < area; i++) image[channel * area + i] = 2 * fround(pixels[3 * i + channel]! / 255) - 1;
  }
  return image;
}

const notFinite = (image: Float32Array, index: number) =>
  new DiffusionError('bad-picture', {
    argument: `image[${index}]`,
    expected: 'a finite number',
    got: String(image[index]),
  });
