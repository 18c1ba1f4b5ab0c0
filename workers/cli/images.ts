/** Picture files that a drawing begins from: read, and brought to the size that is drawn, as diffusers' image processor does. */
import { readFile, stat } from 'node:fs/promises';
import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { unreadable } from '../../models/diskWords.node';
import { fromCaller } from '../../models/openDisk.node';
import type { FromImageRequest, InitImage, InpaintRequest } from '../api';
import { CodedError } from '../errors';
import { gray } from '../pictureFile/gray';
import { resized } from '../pictureFile/lanczos';
import { type Notes, orientationOf, turned } from '../pictureFile/orientation';
import { badImage, PNG_SIGNATURE, pngChunks } from '../pictureFile/pngChunks';
import { pngTexts } from '../pictureFile/pngText';
import { decodedPhotograph, photographIn } from './photographs';

/** What the words of `--init-image` and `--mask-image` name, RGB both. */
export interface GivenImages {
  readonly initImage?: InitImage;
  readonly maskImage?: InitImage;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** More than any picture to be drawn from has, and little enough to hold. */
const MOST_PIXELS = 64e6;
/** As many of them as PNG can write without packing any, eight bytes each, with an eighth for all else. */
const MOST_BYTES = 9 * MOST_PIXELS;

/** Rejects with `bad-image` for what is no PNG, JPEG or WebP file, damaged, or far too large. */
export async function readImage(path: string): Promise<InitImage> {
  const read = async (): Promise<Uint8Array> => {
    const { size } = await stat(fromCaller(path));
    if (size > MOST_BYTES) throw badImage(path, `at most ${MOST_BYTES} bytes`, String(size));
    return readFile(fromCaller(path));
  };
  const bytes = await read().catch(unreadable(path, 'a picture')).catch(asImage);
  return decoded(path, bytes);
}

const asImage = (thrown: unknown): never => {
  throw thrown instanceof CodedError ? new CodedError('bad-image', thrown, { cause: thrown }) : thrown;
};

/** `bytes` as 8-bit RGB, turned as their EXIF or XMP says, transparency left aside: what Pillow's `exif_transpose` and `convert("RGB")` make of them. */
export async function decoded(name: string, bytes: Uint8Array): Promise<InitImage> {
  const kind = photographIn(bytes);
  if (kind) return decodedPhotograph(name, bytes, kind, MOST_PIXELS);
  if (PNG_SIGNATURE.some((byte, i) => i < bytes.length && byte !== bytes[i]))
    throw badImage(name, 'a PNG, JPEG or WebP file', 'a file of another kind');
  const notes = await notesOf(name, bytes);
  try {
    const png = decode(bytes, { checkCrc: true });
    return turned({ width: png.width, height: png.height, pixels: rgbOf(png) }, orientationOf(notes));
  } catch (thrown) {
    throw badImage(name, 'a PNG file that can be decoded', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const [XMP, RAW_EXIF] = ['XML:com.adobe.xmp', 'Raw profile type exif'];

/** That all chunks are there, and room for the pixels; and what is noted besides: in a chunk of its own (PNG 3rd edition, §11.3.4.5), or in texts. */
async function notesOf(name: string, bytes: Uint8Array): Promise<Notes> {
  let exif: Uint8Array | undefined;
  const read = async (start: number, end: number): Promise<Uint8Array> => Uint8Array.from(bytes.subarray(start, end));
  const file = { name, size: bytes.length, read };
  for await (const { type, data } of pngChunks(file)) {
    if (type === 'eXIf') exif = await data();
    if (type !== 'IHDR') continue;
    const header = await data();
    if (header.length !== 13) throw badImage(name, 'a header of 13 bytes', String(header.length));
    const view = new DataView(header.buffer, header.byteOffset);
    const [width, height] = [view.getUint32(0), view.getUint32(4)];
    if (width * height > MOST_PIXELS) throw badImage(name, `at most ${MOST_PIXELS} pixels`, `${width} × ${height}`);
  }
  // A text that cannot be read says nothing; the picture beside it may be whole.
  const { texts } = await pngTexts(file, [XMP, RAW_EXIF]).catch(() => ({ texts: new Map<string, string>() }));
  return { exif: exif ?? rawExif(texts.get(RAW_EXIF)), xmp: texts.get(XMP) };
}

/** EXIF as ImageMagick writes it: a line that is empty, one with its kind, one with its length, then lines of hexadecimal digits. */
const rawExif = (text: string | undefined): Uint8Array | undefined =>
  text === undefined ? undefined : Uint8Array.from(Buffer.from(text.split('\n').slice(3).join(''), 'hex'));

function rgbOf(png: DecodedPng): Uint8Array {
  const { width, height, channels, depth, palette } = png;
  const area = width * height;
  if (palette || depth < 8) {
    const levels = Array.from(
      { length: 2 ** depth },
      (_, i) => Array(3).fill((255 * i) / (2 ** depth - 1)) as number[],
    );
    const colors = (palette ?? levels).map((color) => color.slice(0, 3));
    return convertIndexedToRgb({ ...png, palette: colors });
  }
  const byte = (value: number): number => (depth === 16 ? value >> 8 : value);
  const pixels = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++)
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = byte(png.data[i * channels + (channels < 3 ? 0 : c)]!);
  return pixels;
}

/** Where nobody says: the picture's own size, down to a multiple of 8, and what is drawn beyond it; of a part of it, nothing. */
export function sizeOf({ width, height }: Size, { outpaint, inpaintPadding }: InpaintRequest = {}): Partial<Size> {
  if (inpaintPadding !== undefined) return {};
  const [left, top, right, bottom] = outpaint ?? [0, 0, 0, 0];
  return { width: width - (width % 8) + left + right, height: height - (height % 8) + top + bottom };
}

/** Both as a drawing of `size` wants them, the mask gray. */
export function brought(
  { initImage, maskImage }: GivenImages,
  size: Size,
  { outpaint, inpaintPadding }: InpaintRequest = {},
): FromImageRequest {
  const [left, top, right, bottom] = outpaint ?? [0, 0, 0, 0];
  const within = { width: size.width - left - right, height: size.height - top - bottom };
  // Where margins leave nothing of the size, what checks the request has the words for it.
  const asGiven = inpaintPadding !== undefined || within.width < 1 || within.height < 1;
  const to = initImage && asGiven ? initImage : within;
  const at = (image: InitImage, pixels: Uint8Array, channels: number): InitImage => ({
    ...{ width: to.width, height: to.height },
    pixels: resized(pixels, { width: image.width, height: image.height, channels }, to),
  });
  return {
    ...(initImage ? { initImage: at(initImage, initImage.pixels, 3) } : {}),
    ...(maskImage ? { maskImage: at(maskImage, gray(maskImage.pixels), 1) } : {}),
  };
}
