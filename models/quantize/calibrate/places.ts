/** Where to look at a layer's inputs: some places of its output, chosen at random, and what lies under its kernel there. */
import type { Geometry } from '../../graph/qnn/layerInputs';

export interface Places {
  /** For each tap of the kernel, row by row, and each place: which pixel of the input, `[kernel² · places]`. */
  readonly at: Int32Array;
  /** 1 where there is such a pixel, 0 beyond the edge. */
  readonly within: Float32Array;
}

/** `count` different places, or all there are; `random` gives numbers in [0, 1). */
export function chosenPlaces(geometry: Geometry, count: number, random: () => number): Places {
  const { height, width, kernel, stride, before, outHeight, outWidth } = geometry;
  const places = distinct(outHeight * outWidth, count, random);
  const at = new Int32Array(kernel ** 2 * places.length);
  const within = new Float32Array(at.length);
  for (let tap = 0, i = 0; tap < kernel ** 2; tap++) {
    for (const place of places) {
      const y = Math.floor(place / outWidth) * stride - before + Math.floor(tap / kernel);
      const x = (place % outWidth) * stride - before + (tap % kernel);
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      at[i] = inside ? y * width + x : 0;
      within[i++] = inside ? 1 : 0;
    }
  }
  return { at, within };
}

/** `count` different integers below `of`, in order (Vitter 1984, selection sampling; Knuth vol. 2, 3.4.2, algorithm S). */
function distinct(of: number, count: number, random: () => number): number[] {
  const chosen: number[] = [];
  const wanted = Math.min(count, of);
  for (let i = 0; chosen.length < wanted; i++) {
    if ((of - i) * random() < wanted - chosen.length) chosen.push(i);
  }
  return chosen;
}
