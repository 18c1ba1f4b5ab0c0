/** JPEG and WebP files as pixels, by the libraries' own decoders in WebAssembly (jSquash: mozjpeg, libwebp). Of the command alone. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { InitImage } from '../api';
import { orientationOf, turned } from '../pictureFile/orientation';
import { badImage } from '../pictureFile/pngChunks';
import { jpegNotes, jpegSize, webpNotes, webpSize } from './photographSizes';

/** What both packages export, as far as it is used. */
interface Decoder {
  init(module: object, options: { readonly printErr: () => void }): Promise<void>;
  default(file: ArrayBuffer): Promise<Rgba>;
}

interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Not in the types that Node has of it. */
const { compile } = WebAssembly as unknown as { readonly compile: (bytes: Uint8Array) => Promise<object> };

const KINDS = {
  JPEG: {
    begins: (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === 0xd8,
    sizeIn: jpegSize,
    notesIn: jpegNotes,
    decoder: () => import('@jsquash/jpeg/decode.js') as Promise<unknown>,
    wasm: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  },
  WebP: {
    begins: (bytes: Uint8Array) => /^RIFF....WEBP/s.test(Buffer.from(bytes.subarray(0, 12)).toString('latin1')),
    sizeIn: webpSize,
    notesIn: webpNotes,
    decoder: () => import('@jsquash/webp/decode.js') as Promise<unknown>,
    wasm: '@jsquash/webp/codec/dec/webp_dec.wasm',
  },
} as const;

/** Which of these `bytes` are; `undefined` where they are neither. */
export const photographIn = (bytes: Uint8Array): keyof typeof KINDS | undefined =>
  (Object.keys(KINDS) as (keyof typeof KINDS)[]).find((kind) => KINDS[kind].begins(bytes));

/** As 8-bit RGB, turned as its EXIF or XMP says, transparency left aside. `bad-image` where they are cut off or have more than `mostPixels`. */
export async function decodedPhotograph(
  name: string,
  bytes: Uint8Array,
  kind: keyof typeof KINDS,
  mostPixels: number,
): Promise<InitImage> {
  const [width, height] = KINDS[kind].sizeIn(name, bytes);
  if (width * height > mostPixels) throw badImage(name, `at most ${mostPixels} pixels`, `${width} × ${height}`);
  const { default: decode } = await decoderOf(kind);
  // The decoder makes one of what it has read.
  const scope = globalThis as { ImageData?: unknown };
  scope.ImageData ??= class {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  };
  const file = Uint8Array.from(bytes).buffer;
  const rgba = await decode(file).catch((thrown: unknown): never => {
    const got = thrown instanceof Error ? thrown.message : 'one that its decoder gives up on';
    throw badImage(name, `a ${kind} file that can be decoded`, got);
  });
  const pixels = new Uint8Array(3 * rgba.width * rgba.height);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) pixels.set(rgba.data.subarray(from, from + 3), to);
  return turned({ width: rgba.width, height: rgba.height, pixels }, orientationOf(KINDS[kind].notesIn(bytes)));
}

const opened = new Map<keyof typeof KINDS, Promise<Decoder>>();

function decoderOf(kind: keyof typeof KINDS): Promise<Decoder> {
  const open = async (): Promise<Decoder> => {
    const { decoder, wasm } = KINDS[kind];
    const found = (await decoder()) as Decoder;
    const module = await compile(await readFile(createRequire(import.meta.url).resolve(wasm)));
    await found.init(module, { printErr: () => undefined });
    return found;
  };
  const its = opened.get(kind) ?? open();
  opened.set(kind, its);
  return its;
}
