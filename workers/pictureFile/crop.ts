/** A part of a picture. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Of `pixels` `[height, width, channels]` what lies in `box`, which lies in the picture. */
export function cropped(
  pixels: Uint8Array,
  { width, channels }: { readonly width: number; readonly channels: number },
  box: Box,
): Uint8Array {
  const row = box.width * channels;
  const part = new Uint8Array(box.height * row);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * channels;
    part.set(pixels.subarray(from, from + row), y * row);
  }
  return part;
}
