/**
 * A picture as a PNG file: exactly its pixels, and what drew them in a `parameters` text, worded as
 * stable-diffusion-webui does so that other programs can read it back. The browser does the deflating, which is nearly
 * all of PNG: a library would bring a second zlib, 6 KB of the page's budget.
 */
import type { ImageRequest } from '../workers/api';
import type { Drawn } from './drawing';
import { SCHEDULER_LABELS, SIGMAS } from './schedulers';

export async function toPng({
  picture,
  request,
  modelName,
}: Pick<Drawn, 'picture' | 'request' | 'modelName'>): Promise<Blob> {
  const { width, height, pixels, seed } = picture;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint16(8, 0x0802); // Eight bits, RGB; then deflate, the five filters, not interlaced.
  // Keyword, terminator, not compressed, method 0, no language, no translated keyword, text (PNG 3rd edition §11.3.3.4).
  const text = `parameters\0\0\0\0\0${parametersText({ ...request, width, height, seed }, modelName)}`;
  const parts = [
    SIGNATURE,
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('iTXt', new TextEncoder().encode(text)),
    chunk('IDAT', await deflated(filtered(pixels, 3 * width))),
    chunk('IEND', new Uint8Array()),
  ];
  return new Blob(parts, { type: 'image/png' });
}

/** The settings in stable-diffusion-webui's form. */
export function parametersText(request: ImageRequest, modelName: string): string {
  const { prompt, negativePrompt, steps, scheduler, sigmas = 'model', guidanceScale, seed, width, height } = request;
  const sampler = scheduler === 'pndm' ? 'PLMS' : SCHEDULER_LABELS[scheduler];
  const spaced = sigmas === 'model' ? '' : `, Schedule type: ${SIGMAS[sigmas]}`;
  const numbers = `Steps: ${steps}, Sampler: ${sampler}${spaced}, CFG scale: ${guidanceScale}, Seed: ${seed}`;
  const negative = negativePrompt ? [`Negative prompt: ${negativePrompt}`] : [];
  return [prompt, ...negative, `${numbers}, Size: ${width}x${height}, Model: ${modelName}`].join('\n');
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
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

/** Length, type, data, and a CRC over the latter two (PNG 3rd edition §5.3). */
function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** CRC-32 of PNG (PNG 3rd edition, annex D). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** `a-red-apple-1.png`: from the prompt, in any script, short, and safe on every file system. */
export function fileName(prompt: string, seed: number): string {
  const name = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const short = [...name].slice(0, 48).join('').replace(/-+$/, '');
  return `${short || 'picture'}-${seed}.png`;
}
