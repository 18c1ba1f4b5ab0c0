/**
 * A picture as a PNG file: exactly its pixels, and how they were drawn, so that they can be drawn again. The browser does the
 * deflating, which is nearly all of PNG: a library would bring a second zlib, 6 KB of the page's budget.
 */
import { PNG_SIGNATURE, pngChunk } from '../workers/pictureFile/pngChunks';
import { recipeChunks } from '../workers/pictureFile/recipe';
import { requestOfPicture } from '../workers/pictureFile/requestOfPicture';
import { seedLabel } from '../workers/pictureFile/seedLabel';
import type { Drawn } from './drawing';

export async function toPng(drawn: Omit<Drawn, 'id' | 'milliseconds'>): Promise<Blob> {
  const { picture, image, modelName, weights, numbers, backend, loraHashes = {} } = drawn;
  const { width, height, pixels } = picture;
  const request = requestOfPicture(drawn.request, picture, image);
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint16(8, 0x0802); // Eight bits, RGB; then deflate, the five filters, not interlaced.
  const parts = [
    PNG_SIGNATURE,
    pngChunk('IHDR', new Uint8Array(header.buffer)),
    ...recipeChunks({
      ...{ request, model: modelName, backend, loraHashes },
      ...(weights ? { weights } : {}),
      ...(numbers ? { numbers } : {}),
    }),
    pngChunk('IDAT', await deflated(filtered(pixels, 3 * width))),
    pngChunk('IEND', new Uint8Array()),
  ];
  return new Blob(parts, { type: 'image/png' });
}

const PIXEL_BYTES = 3;

/** Every row as what Paeth's predictor leaves of it (PNG 3rd edition §9.4), type 4 before it. */
function filtered(pixels: Uint8Array, rowBytes: number): Uint8Array<ArrayBuffer> {
  const rows = pixels.length / rowBytes;
  const out = new Uint8Array(pixels.length + rows);
  for (let row = 0, to = 0; row < rows; row++) {
    out[to++] = 4;
    for (let i = 0; i < rowBytes; i++) {
      const at = row * rowBytes + i;
      const left = i < PIXEL_BYTES ? 0 : pixels[at - PIXEL_BYTES]!;
      const up = row === 0 ? 0 : pixels[at - rowBytes]!;
      const corner = i < PIXEL_BYTES || row === 0 ? 0 : pixels[at - rowBytes - PIXEL_BYTES]!;
      out[to++] = pixels[at]! - paeth(left, up, corner);
    }
  }
  return out;
}

/** Whichever of the three neighbors is nearest to left + up - corner; on ties in this order. */
function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** As zlib data, which `deflate` means here. */
async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * `a-red-apple-1.png`: from the prompt, in any script, short, and safe on every file system. Of pictures that share their seed each
 * has its variation seed besides, or its place, as on the command.
 */
export function fileName({ request, picture, image }: Pick<Drawn, 'request' | 'picture' | 'image'>): string {
  const name = request.prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const short = [...name].slice(0, 48).join('').replace(/-+$/, '');
  return `${short || 'picture'}-${seedLabel(request, picture, image)}.png`;
}
