/** Bytes as text (RFC 4648, section 4), for channels that carry nothing else. */
import { badHost } from './message';

/** As many arguments as every engine takes in a call. */
const TOGETHER = 0x8000;

export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += TOGETHER)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + TOGETHER)));
  return btoa(pieces.join(''));
}

/** `bad-host` where `text` is something else. */
export function ofBase64(text: string): ArrayBuffer {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw badHost('frame', 'base64', text.slice(0, 40));
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes.buffer;
}
