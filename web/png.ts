/**
 * A picture as a PNG file: exactly its pixels, and what drew them in a `parameters` text, worded as
 * stable-diffusion-webui does so that other programs can read it back.
 */
import { encode } from 'fast-png';
import type { ImageRequest } from '../workers/api';
import type { Drawn } from './drawing';

const SAMPLERS: Readonly<Record<ImageRequest['scheduler'], string>> = { pndm: 'PLMS', ddim: 'DDIM', euler: 'Euler' };

export function toPng({
  picture,
  request,
  modelName,
}: Pick<Drawn, 'picture' | 'request' | 'modelName'>): Uint8Array<ArrayBuffer> {
  const { width, height, pixels, seed } = picture;
  const png = encode({ width, height, data: pixels, channels: 3, depth: 8 });
  return withText(png, 'parameters', parametersText({ ...request, width, height, seed }, modelName));
}

/** The settings in stable-diffusion-webui's form. */
export function parametersText(request: ImageRequest, modelName: string): string {
  const { prompt, negativePrompt, steps, scheduler, guidanceScale, seed, width, height } = request;
  const numbers = `Steps: ${steps}, Sampler: ${SAMPLERS[scheduler]}, CFG scale: ${guidanceScale}, Seed: ${seed}`;
  const negative = negativePrompt ? [`Negative prompt: ${negativePrompt}`] : [];
  return [prompt, ...negative, `${numbers}, Size: ${width}x${height}, Model: ${modelName}`].join('\n');
}

const SIGNATURE_AND_HEADER_BYTES = 8 + 25;

/** `png` with an iTXt chunk behind its header (PNG 3rd edition §11.3.3.4); fast-png writes Latin-1 only. */
function withText(png: Uint8Array, keyword: string, text: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  // keyword, terminator, not compressed, method 0, no language, no translated keyword, text
  const body = [...encoder.encode(`iTXt${keyword}`), 0, 0, 0, 0, 0, ...encoder.encode(text)];
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  const whole = new Uint8Array(png.length + chunk.length);
  whole.set(png.subarray(0, SIGNATURE_AND_HEADER_BYTES));
  whole.set(chunk, SIGNATURE_AND_HEADER_BYTES);
  whole.set(png.subarray(SIGNATURE_AND_HEADER_BYTES), SIGNATURE_AND_HEADER_BYTES + chunk.length);
  return whole;
}

/** CRC-32 of PNG (PNG 3rd edition, annex D), bit by bit: a text is short. */
function crc32(bytes: readonly number[]): number {
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
