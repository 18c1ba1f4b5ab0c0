/**
 * What a file is that somebody hands over as safetensors, told by its first bytes and not by its name: before a header is
 * believed, and before gigabytes of a download arrive. A safetensors file begins with the length of its header (64 bits,
 * little-endian) and the `{` of that header.
 */

/** Headers above this are refused, as by the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Bytes that tell the kinds apart; a shorter file is looked at whole. */
export const FIRST_BYTES = 16;

/** How torch saves: both run code when they are read. */
export const PICKLE = 'a pickle';
export const ZIPPED_PICKLE = 'a pickle in a zip archive, as torch.save writes';

export const GGUF = 'a GGUF file';

/** What begins with `head` where it is no safetensors file; the words end `expected a safetensors file, got …`. */
export function strangerBy(head: Uint8Array): string | undefined {
  if (head.length === 0) return 'an empty file';
  const text = String.fromCharCode(...head.subarray(0, FIRST_BYTES));
  if (/^(\xef\xbb\xbf)?\s*<(!doctype|!--|html|head|\?xml)/i.test(text)) return 'a web page';
  if (text.startsWith('version https')) return 'a Git LFS pointer, in place of the file that it points to';
  if (text.startsWith('PK\x03\x04')) return ZIPPED_PICKLE;
  if (isPickle(head)) return PICKLE;
  if (text.startsWith('GGUF')) return GGUF;
  // No length of a header is text: its upper bytes are zeros.
  if (/^[\t\n\r\x20-\x7e]+$/.test(text))
    return `${/^\s*[[{]/.test(text) ? 'JSON' : 'text'} that begins ${quoted(text)}`;
  if (head.length < 9) return `a file of ${head.length} bytes`;
  if (head[8] !== BRACE) return `bytes that begin ${hexadecimal(head.subarray(0, 9))}`;
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  return length > BigInt(MAX_HEADER_BYTES) ? `a header that claims ${length} bytes` : undefined;
}

const BRACE = '{'.charCodeAt(0);

/** Protocols 2 to 5 begin with an opcode and their number. A safetensors header of such a length has `{` as byte 8. */
const isPickle = (head: Uint8Array): boolean => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && head[8] !== BRACE;

const quoted = (text: string): string => JSON.stringify(text.trimEnd());

const hexadecimal = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
