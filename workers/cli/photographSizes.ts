/** How large the picture in a JPEG or WebP file is, told before it is decoded, and what is noted of it; and whether the file is all there. */
import type { Notes } from '../pictureFile/orientation';
import { badImage } from '../pictureFile/pngChunks';

type Size = readonly [width: number, height: number];

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Walks the segments of a JPEG file (ITU-T T.81, annex B) to its end: a decoder would make gray of what is missing. `bad-image` also for
 * colors that are neither gray nor YCbCr.
 */
export function jpegSize(name: string, bytes: Uint8Array): Size {
  const view = viewOf(bytes);
  let size: Size | undefined;
  for (let at = 2; at + 2 <= bytes.length; ) {
    // What is between two segments is a scan's data: zeros after 0xff, and restarts, belong to it.
    const marker = bytes[at] === 0xff ? bytes[at + 1]! : 0;
    if (marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 1;
      continue;
    }
    if (marker === 0xd9) {
      if (size) return size;
      throw badImage(name, 'a JPEG file', 'one without a picture');
    }
    if (at + 10 > bytes.length) break;
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) {
      size = [view.getUint16(at + 7), view.getUint16(at + 5)];
      const channels = bytes[at + 9]!;
      if (channels !== 1 && channels !== 3)
        throw badImage(name, 'a JPEG file in gray or color', `${channels} channels`);
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw badImage(name, 'a whole JPEG file', `one that is cut off after ${bytes.length} bytes`);
}

/** Huffman tables, extensions, arithmetic conditioning. */
const NO_FRAMES: readonly number[] = [0xc4, 0xc8, 0xcc];

/** The first chunk of a WebP file says it (RFC 9649, sections 2.4 to 2.7). `bad-image` for several pictures in one. */
export function webpSize(name: string, bytes: Uint8Array): Size {
  const view = viewOf(bytes);
  const whole = bytes.length < 30 ? 30 : 8 + view.getUint32(4, true);
  if (bytes.length < whole) throw badImage(name, `a WebP file of ${whole} bytes`, `${bytes.length}`);
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  if (kind === 'VP8 ') return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
  }
  if (kind !== 'VP8X') throw badImage(name, 'a WebP file that begins with VP8, VP8L or VP8X', kind);
  if (bytes[20]! & 0x02) throw badImage(name, 'one picture', 'an animation');
  const three = (at: number): number => view.getUint16(at, true) + (bytes[at + 2]! << 16) + 1;
  return [three(24), three(27)];
}

/** The segments before the first scan whose application is EXIF or XMP (Exif 2.32, section 4.7.2; XMP, part 3, section 1.1.3), by what they begin with. */
export function jpegNotes(bytes: Uint8Array): Notes {
  const view = viewOf(bytes);
  let notes: Notes = {};
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== SCAN; ) {
    // Any number of these may stand before a marker.
    if (bytes[at + 1] === 0xff) {
      at += 1;
      continue;
    }
    const data = bytes.subarray(at + 4, at + 2 + view.getUint16(at + 2));
    const begins = (word: string): boolean => latin1(data.subarray(0, word.length)) === word;
    if (bytes[at + 1] === APPLICATION_1) {
      if (begins('Exif\0\0')) notes = { exif: data, ...notes };
      if (begins(XMP)) notes = { xmp: latin1(data.subarray(XMP.length)), ...notes };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return notes;
}

const [SCAN, APPLICATION_1] = [0xda, 0xe1];
const XMP = 'http://ns.adobe.com/xap/1.0/\0';

/** All that is looked for in them is ASCII. */
const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/** A WebP file's chunks of EXIF and XMP (RFC 9649, section 2.7.1.5). */
export function webpNotes(bytes: Uint8Array): Notes {
  const view = viewOf(bytes);
  let notes: Notes = {};
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    const data = bytes.subarray(at + 8, at + 8 + length);
    const kind = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (kind === 'EXIF') notes = { exif: data, ...notes };
    if (kind === 'XMP ') notes = { xmp: latin1(data), ...notes };
    // Chunks begin at even bytes.
    at += 8 + length + (length % 2);
  }
  return notes;
}
