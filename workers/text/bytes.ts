/**
 * The printable characters that stand for bytes in vocab.json and merges.txt: GPT-2's and CLIP's `bytes_to_unicode`.
 * Printable Latin-1 stands for itself; the other 68 bytes follow from U+0100 on, in order.
 */
const printable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

/** `BYTE_SYMBOLS[byte]`: one UTF-16 unit for each of the 256 bytes. */
export const BYTE_SYMBOLS: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();
