/**
 * Going on with a file that nothing tells from another: no hash was asked for, and the server names no version, or does
 * not let the page read it. The last of what is here is asked for once more: in another model it would be other bytes.
 */
import type { RemoteModel } from '../api';
import type { Validator } from './answer';

const MOST_BYTES = 64 * 1024;

/** How many of the `bytes` that are here to ask for again; less than all of them, or the answer could not be told from a fresh one. */
export function overlapOf(bytes: number, { etag, lastModified }: Validator, { sha256 }: RemoteModel): number {
  const isKnown = sha256 !== undefined || etag !== undefined || lastModified !== undefined;
  return isKnown ? 0 : Math.min(MOST_BYTES, bytes >> 1);
}

/** What a stream gives, as `ReadableStreamDefaultReader.read` has it. */
export interface Piece {
  readonly done: boolean;
  readonly value?: Uint8Array | undefined;
}

/**
 * Reads as many bytes as `here` has. Resolves to `next` for what comes behind them, or to `undefined` where they differ.
 * A stream that ends before says so at the next call.
 */
export async function behindTheSame(
  here: Uint8Array,
  next: () => Promise<Piece>,
): Promise<(() => Promise<Piece>) | undefined> {
  let rest: Piece | undefined;
  for (let at = 0; at < here.length && !rest?.done; ) {
    rest = await next();
    const value = rest.value ?? new Uint8Array();
    const again = value.subarray(0, here.length - at);
    if (again.some((byte, i) => byte !== here[at + i])) return undefined;
    at += again.length;
    rest = rest.done ? rest : { done: false, value: value.subarray(again.length) };
  }
  return async () => {
    const first = rest;
    rest = undefined;
    return first ?? next();
  };
}
