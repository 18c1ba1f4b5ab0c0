/** Pictures brought to another size as Pillow 13's `resize(…, NEAREST)` does it: the pixel in which each new one has its middle. */

interface Size {
  readonly width: number;
  readonly height: number;
}

/** `pixels` `[height, width, channels]`, 8-bit, as `[toHeight, toWidth, channels]`. */
export function nearest(pixels: Uint8Array, from: Size & { readonly channels: number }, to: Size): Uint8Array {
  const { channels } = from;
  const out = new Uint8Array(to.width * to.height * channels);
  const [rows, columns] = [places(from.height, to.height), places(from.width, to.width)];
  let at = 0;
  for (const row of rows)
    for (const column of columns)
      for (let channel = 0; channel < channels; channel++)
        out[at++] = pixels[(row * from.width + column) * channels + channel]!;
  return out;
}

/** Summed up, as there. */
function places(from: number, to: number): number[] {
  const scale = from / to;
  let place = scale * 0.5;
  return Array.from({ length: to }, () => {
    const here = Math.floor(place);
    place += scale;
    return here;
  });
}
