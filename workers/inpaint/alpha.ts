/** Pictures over pictures, `[pixels, 4]`, 8-bit, in Pillow 13's integers (libImaging/AlphaComposite.c, Convert.c, Paste.c). */

const PRECISION = 7;

/** A product of two bytes as a byte, 255 being 1; rounded. */
const times = (a: number, b: number): number => shifted(a * b + 128);

/** A quotient by 255. */
const shifted = (value: number): number => ((value >> 8) + value) >> 8;

/** RGB where `mask`, a byte a pixel, is 0, fading to nothing where it is 255: premultiplied RGBA, as `paste` leaves it on nothing. */
export function keptOf(pixels: Uint8Array, mask: Uint8Array): Uint8Array {
  const kept = new Uint8Array(4 * mask.length);
  for (const [i, anew] of mask.entries()) {
    for (let c = 0; c < 3; c++) kept[4 * i + c] = times(pixels[3 * i + c]!, 255 - anew);
    kept[4 * i + 3] = 255 - anew;
  }
  return kept;
}

/** Premultiplied RGBA as RGBA. */
export function unmultiplied(pixels: Uint8Array): Uint8Array {
  return pixels.map((value, i) => {
    const alpha = pixels[i | 3]!;
    return (i & 3) === 3 || alpha === 255 || alpha === 0 ? value : Math.min(Math.trunc((255 * value) / alpha), 255);
  });
}

/** `over` upon `under`, RGBA both. */
export function composited(under: Uint8Array, over: Uint8Array): Uint8Array {
  const out = Uint8Array.from(under);
  for (let at = 0; at < over.length; at += 4) {
    const [alpha, below] = [over[at + 3]!, under[at + 3]!];
    if (alpha === 0) continue;
    const all = alpha * 255 + below * (255 - alpha);
    const share = Math.trunc((alpha * 255 * 255 * 2 ** PRECISION) / all);
    const rest = 255 * 2 ** PRECISION - share;
    for (let c = at; c < at + 3; c++) {
      const sum = over[c]! * share + under[c]! * rest + (0x80 << PRECISION);
      out[c] = shifted(sum) >> PRECISION;
    }
    out[at + 3] = shifted(all + 0x80);
  }
  return out;
}

/** Without its alpha. */
export const rgbOf = (pixels: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: (pixels.length / 4) * 3 }, (_, i) => pixels[Math.floor(i / 3) * 4 + (i % 3)]!);

/** RGB as RGBA that hides what is under it. */
export const opaque = (pixels: Uint8Array): Uint8Array => keptOf(pixels, new Uint8Array(pixels.length / 3));
