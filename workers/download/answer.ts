/** What a server's answer says about the file and about how to go on with it: HTTP Semantics, RFC 9110 §14. */
import { MirrorFailure } from './failed';

/** What is remembered of a file to know it again. */
export interface Validator {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export interface Answer {
  /** Where its first byte belongs. */
  readonly begin: number;
  /** Length of the whole file, where the server says (and lets the page read what it says). */
  readonly of: number | undefined;
  readonly validator: Validator;
}

/** Statuses that pass: a server that is busy, a gateway that is. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The headers that ask for what follows `bytes`. */
export function rangeHeaders(
  bytes: number,
  { etag, lastModified }: Validator,
  sameOrigin: boolean,
): Record<string, string> {
  if (bytes === 0) return {};
  const range = { Range: `bytes=${bytes}-` };
  // Elsewhere If-Range would need the server's leave (a preflight); the answer's own validator is compared instead.
  const validator = etag?.startsWith('W/') ? lastModified : (etag ?? lastModified);
  return sameOrigin && validator ? { ...range, 'If-Range': validator } : range;
}

/** Reads the head of `response` to a request for everything from `asked` on. Throws `MirrorFailure`. */
export function readAnswer(url: string, response: Response, asked: number): Answer {
  const { status, headers } = response;
  if (!response.ok) throw new MirrorFailure(url, `HTTP ${status}`, !PASSING.has(status));
  if (/^text\/html\b/i.test(headers.get('content-type') ?? '')) throw new MirrorFailure(url, 'a web page', true);
  const validator = {
    etag: headers.get('etag') ?? undefined,
    lastModified: headers.get('last-modified') ?? undefined,
  };
  // A body that is unpacked on the way has another length than it says.
  const packed = (headers.get('content-encoding') ?? 'identity') !== 'identity';
  const length = packed ? undefined : count(headers.get('content-length'));
  if (status !== 206) return { begin: 0, of: length, validator };
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  const begin = range ? Number(range[1]) : asked;
  if (begin !== asked) throw new MirrorFailure(url, `bytes from ${begin} instead of ${asked}`, true);
  return { begin, of: count(range?.[3]) ?? (length === undefined ? undefined : asked + length), validator };
}

/** Whether `now` may be the file that `then` was; what neither says cannot tell them apart. */
export const sameFile = (then: Validator, now: Validator): boolean =>
  same(then.etag, now.etag) && (then.etag !== undefined || same(then.lastModified, now.lastModified));

const same = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;

function count(text: string | null | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}
