/**
 * Text in PNG files (PNG 3rd edition, §11.3.3): written as Pillow, and with it stable-diffusion-webui, writes it; read in all
 * three kinds of chunk.
 */
import type { ByteSource } from '../../models/source';
import { badImage, pngChunk, pngChunks } from './pngChunks';

/** The longest text that is read, unpacked or not, bytes: Pillow's own limit for one (`MAX_TEXT_CHUNK`). */
const MOST_BYTES = 1024 * 1024;

/** A keyword's most, and the zero behind it (§11.3.3.2). */
const KEYWORD_BYTES = 80;
/** What of a chunk may be no text: that, what says how it is packed, its language, and its keyword in that language. */
const MOST_AROUND = 64 * 1024;

/** `tEXt`, which is Latin-1, where that has every character of `text`; else `iTXt`, in UTF-8 and not compressed. */
export const textChunk = (keyword: string, text: string): Uint8Array<ArrayBuffer> =>
  // Every character of it one byte, as Python's latin-1 has it.
  [...text].every((character) => character.codePointAt(0)! < 256)
    ? pngChunk(
        'tEXt',
        Uint8Array.from(`${keyword}\0${text}`, (character) => character.charCodeAt(0)),
      )
    : internationalChunk(keyword, text);

/** Keyword, terminator, not compressed, method 0, no language, no translated keyword, text (§11.3.3.4). */
export const internationalChunk = (keyword: string, text: string): Uint8Array<ArrayBuffer> =>
  pngChunk('iTXt', new TextEncoder().encode(`${keyword}\0\0\0\0\0${text}`));

export interface PngTexts {
  /** Those of the keywords asked for that are there; of two by one keyword, the first. */
  readonly texts: ReadonlyMap<string, string>;
  /** Why the file was not read to its end. */
  readonly damage?: unknown;
}

/**
 * The texts of `keywords` in `file`; of others nothing but their keyword is read, nor of one that is too long. Rejects with `bad-image` where it is no PNG file, where one of
 * these texts is damaged or longer than 1 MiB, or where the file is damaged before any was found.
 */
export async function pngTexts(file: ByteSource, keywords: readonly string[]): Promise<PngTexts> {
  const texts = new Map<string, string>();
  const chunks = pngChunks(file);
  for (;;) {
    let next: Awaited<ReturnType<typeof chunks.next>>;
    try {
      next = await chunks.next();
    } catch (damage) {
      // What drew a picture may be whole where the picture is not.
      if (texts.size > 0) return { texts, damage };
      throw damage;
    }
    if (next.done) return { texts };
    const { type, length, head, data } = next.value;
    if (!TEXTS.has(type)) continue;
    const start = await head(KEYWORD_BYTES);
    const end = start.indexOf(0);
    const keyword = latin1(start.subarray(0, Math.max(end, 0)));
    if (!keywords.includes(keyword) || texts.has(keyword)) continue;
    const place = `${file.name}: ${type} ${keyword}`;
    if (length > MOST_BYTES + MOST_AROUND) throw tooLong(place, `${length}`);
    texts.set(keyword, await textOf(type, (await data()).subarray(end + 1), place));
  }
}

const TEXTS = new Set(['tEXt', 'zTXt', 'iTXt']);

async function textOf(type: string, rest: Uint8Array, place: string): Promise<string> {
  if (type === 'tEXt') return latin1(checkLength(rest, place));
  if (type === 'zTXt') {
    checkMethod(rest[0], place);
    return latin1(await inflated(rest.subarray(1), place));
  }
  const [compressed, method] = rest;
  const language = rest.indexOf(0, 2);
  const translated = language < 0 ? -1 : rest.indexOf(0, language + 1);
  if (translated < 0) throw badImage(place, 'a language and a translated keyword', 'neither');
  const text = rest.subarray(translated + 1);
  if (compressed !== 0) checkMethod(method, place);
  return utf8(compressed === 0 ? checkLength(text, place) : await inflated(text, place), place);
}

function checkMethod(method: number | undefined, place: string): void {
  if (method !== 0) throw badImage(place, 'compression method 0', String(method));
}

function checkLength(bytes: Uint8Array, place: string): Uint8Array {
  if (bytes.length > MOST_BYTES) throw tooLong(place, `${bytes.length}`);
  return bytes;
}

const tooLong = (place: string, got: string) => badImage(place, `at most ${MOST_BYTES} bytes of text`, got);

/** zlib data, unpacked no further than it may be long. */
async function inflated(bytes: Uint8Array, place: string): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const all = new Uint8Array(MOST_BYTES);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((thrown: unknown) => {
      throw badImage(place, 'zlib data', String(thrown));
    });
    if (done) return all.subarray(0, length);
    if (length + value.length > MOST_BYTES) {
      await reader.cancel().catch(() => undefined);
      throw tooLong(place, 'more, unpacked');
    }
    all.set(value, length);
    length += value.length;
  }
}

/** A line at a time, since a call takes only so many arguments. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

function utf8(bytes: Uint8Array, place: string): string {
  try {
    // A mark at the beginning of the text belongs to it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badImage(place, 'UTF-8', 'other bytes');
  }
}
