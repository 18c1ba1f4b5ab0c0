/**
 * Which side of a picture is up, as a camera, or a program behind it, has noted it in its file, and the picture turned so: in EXIF (Exif 2.32, section
 * 4.6.4: tag 0x0112), or, where that has no such tag, in XMP (its part 2, section 3.1: tiff:Orientation), as Pillow 13 reads both (`Image.getexif`).
 * Browsers look at EXIF alone.
 */
import type { InitImage } from '../api';

/** From 1, as it lies there, to 8. */
export type Orientation = number;

const UPRIGHT: Orientation = 1;
const TAG = 0x0112;
const ENTRY_BYTES = 12;
const [SHORT, LONG] = [3, 4];
const PREFIX = [...'Exif\0\0'].map((letter) => letter.charCodeAt(0));

/** What a file says of its picture besides. */
export interface Notes {
  readonly exif?: Uint8Array | undefined;
  readonly xmp?: string | undefined;
}

/** Upright where nothing is said. What EXIF says counts, were it nonsense. */
export const orientationOf = ({ exif, xmp }: Notes): Orientation =>
  (exif && orientationIn(exif)) ?? (xmp === undefined ? UPRIGHT : orientationInXmp(xmp));

const known = (value: number): Orientation => (value >= 1 && value <= 8 ? value : UPRIGHT);

/** An attribute, or an element. */
const IN_XMP = /tiff:Orientation(?:="|>)([0-9])/;

const orientationInXmp = (xmp: string): Orientation => known(Number(IN_XMP.exec(xmp)?.[1] ?? UPRIGHT));

/**
 * What the EXIF data `exif` say, a TIFF file's header and first directory (TIFF 6.0, section 2); upright where that is nonsense, `undefined` where
 * they say nothing.
 */
export function orientationIn(exif: Uint8Array): Orientation | undefined {
  // Of a JPEG file's segment; some leave it on elsewhere.
  const bytes = PREFIX.every((byte, i) => exif[i] === byte) ? exif.subarray(PREFIX.length) : exif;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 8) return undefined;
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return undefined;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return undefined;
  const count = view.getUint16(directory, little);
  for (let at = directory + 2, i = 0; i < count && at + ENTRY_BYTES <= view.byteLength; i++, at += ENTRY_BYTES) {
    if (view.getUint16(at, little) !== TAG) continue;
    const type = view.getUint16(at + 2, little);
    return known(type === SHORT ? view.getUint16(at + 8, little) : type === LONG ? view.getUint32(at + 8, little) : 0);
  }
  return undefined;
}

/** What each orientation does to a picture, as `ImageOps.exif_transpose` of Pillow 13: first its columns or rows turn around, then it is laid over its diagonal. */
const TURNS: Readonly<Record<Orientation, { readonly x?: true; readonly y?: true; readonly over?: true }>> = {
  2: { x: true },
  3: { x: true, y: true },
  4: { y: true },
  5: { over: true },
  6: { y: true, over: true },
  7: { x: true, y: true, over: true },
  8: { x: true, over: true },
};

/** `image`, RGB, with its upper side up. */
export function turned(image: InitImage, orientation: Orientation): InitImage {
  const turn = TURNS[orientation];
  if (!turn) return image;
  const { width, height, pixels } = image;
  const size = turn.over ? { width: height, height: width } : { width, height };
  const all = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [turn.x ? width - 1 - x : x, turn.y ? height - 1 - y : y];
      const to = turn.over ? column * size.width + row : row * size.width + column;
      for (let c = 0; c < 3; c++) all[3 * to + c] = pixels[3 * (y * width + x) + c]!;
    }
  }
  return { ...size, pixels: all };
}
