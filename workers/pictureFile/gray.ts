/** RGB as gray, one byte a pixel: Pillow's `convert("L")`, ITU-R 601-2 luma in integers of 16 bits. */
export const gray = (pixels: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: pixels.length / 3 }, (_, i) => {
    const [red, green, blue] = pixels.subarray(3 * i, 3 * i + 3);
    return (19595 * red! + 38470 * green! + 7471 * blue! + 0x8000) >> 16;
  });
