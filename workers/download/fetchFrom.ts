/** One try at one mirror: asks for what is missing and writes it down as it comes. */
import { FIRST_BYTES, strangerBy } from '../../models/firstBytes';
import type { ImportEvent, RemoteModel } from '../api';
import type { ModelStore } from '../store/modelStore';
import type { Spool } from '../store/spool';
import { isQuotaError, storageFull } from '../store/storage';
import { type Answer, rangeHeaders, readAnswer, sameFile, type Validator } from './answer';
import { MirrorFailure, UNREACHABLE } from './failed';
import { behindTheSame, overlapOf, type Piece } from './overlap';
import { Rate } from './rate';
import { type HashState, WholeHash } from './wholeHash';

/** What is remembered of a file between two tries. */
export interface FetchState extends Validator {
  readonly url: string;
  /** Length of the whole, where a server said. */
  readonly of?: number | undefined;
  /** All of it is in. */
  readonly whole?: boolean;
  readonly hash?: HashState | undefined;
}

/** The part of `RequestInit` used here: the platforms' types differ. */
export interface FetchInit {
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly cache: 'no-store';
  readonly credentials: 'omit';
  readonly referrerPolicy: 'no-referrer';
}

export interface FetchOptions {
  readonly fetch: (url: string, init: FetchInit) => Promise<Response>;
  readonly store: Pick<ModelStore<never>, 'makeRoom' | 'chunkBytes'>;
  /** The page's own, such as `https://example.org`. */
  readonly origin: string;
  /** Milliseconds, from anywhere. */
  readonly now: () => number;
  /** A connection that brings nothing for this long counts as broken. */
  readonly stallMilliseconds?: number;
}

const STALL_MILLISECONDS = 30_000;
const TELL_EVERY_MILLISECONDS = 250;

/** Resolves once everything is in. Throws `MirrorFailure`, `storage-full`, or as `signal` does; what came stays. */
export async function fetchFrom(
  url: string,
  spool: Spool<FetchState>,
  request: RemoteModel,
  options: FetchOptions,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const forward = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', forward);
  const stalled = watchdog(options.stallMilliseconds ?? STALL_MILLISECONDS, () => stop.abort(new Error('stalled')));
  const failed = (thrown: unknown): never => {
    signal.throwIfAborted();
    if (thrown instanceof MirrorFailure) throw thrown;
    throw new MirrorFailure(url, stop.signal.aborted ? 'no bytes for too long' : UNREACHABLE, false);
  };
  try {
    // Without its hash nobody can say that another mirror's file is the same.
    const known = spool.state?.url === url || request.sha256 !== undefined ? spool.state : undefined;
    const overlap = known ? overlapOf(spool.bytes, known, request) : 0;
    const asked = known ? spool.bytes - overlap : 0;
    const headers = rangeHeaders(asked, known ?? {}, new URL(url).origin === options.origin);
    const response = await options
      .fetch(url, {
        headers,
        signal: stop.signal,
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
      })
      .catch(failed);
    if (response.status === 416) return await restartBeyond(url, spool, tell);
    const answer = readAnswer(url, response, asked);
    await settle(url, spool, request, answer, known, tell);
    const missing = (request.bytes ?? answer.of ?? 0) - spool.bytes;
    if (missing > 0) await options.store.makeRoom(missing);
    const reader = response.body!.getReader();
    const read = (): Promise<Piece> => reader.read().catch(failed);
    const here = await spool.source(request.name).read(spool.bytes === 0 ? 0 : asked, spool.bytes);
    const next = await behindTheSame(here, read);
    if (!next) return await restartAsAnother(url, spool, tell);
    await new Receiving(url, spool, request, options, answer, tell).receive(next, stalled.touch, signal);
  } finally {
    stalled.end();
    signal.removeEventListener('abort', forward);
    stop.abort();
  }
}

/** The server has fewer bytes than are here: it is another file. */
async function restartBeyond(url: string, spool: Spool<FetchState>, tell: (event: ImportEvent) => void): Promise<void> {
  await spool.restart({ url }, undefined);
  tell({ type: 'restarted', url, got: 'a shorter file' });
  throw new MirrorFailure(url, 'HTTP 416', false);
}

/** What was asked for again is not what is here: the file was changed, or the server has several under one name. */
async function restartAsAnother(
  url: string,
  spool: Spool<FetchState>,
  tell: (event: ImportEvent) => void,
): Promise<void> {
  await spool.restart({ url }, undefined);
  tell({ type: 'restarted', url, got: ANOTHER });
  throw new MirrorFailure(url, ANOTHER, false);
}

const ANOTHER = 'another file than before';

/** Makes the spool what `answer` goes on with: as it is, or empty where this is another file or all of it again. */
async function settle(
  url: string,
  spool: Spool<FetchState>,
  request: RemoteModel,
  { begin, of, validator }: Answer,
  known: FetchState | undefined,
  tell: (event: ImportEvent) => void,
): Promise<void> {
  if (request.bytes !== undefined && of !== undefined && of !== request.bytes) {
    throw new MirrorFailure(url, `${of} bytes`, true, `${request.bytes} bytes`);
  }
  const changed =
    known !== undefined &&
    ((known.url === url && !sameFile(known, validator)) ||
      (known.of !== undefined && of !== undefined && known.of !== of));
  if (begin > 0 && !changed) return;
  if (spool.bytes > 0) {
    const got = changed ? ANOTHER : known ? 'everything from the beginning' : 'a file of unknown kin';
    tell({ type: 'restarted', url, got });
  }
  await spool.restart({ url, of, ...validator }, of ?? request.bytes);
  // The body belongs to the middle of a file that is no longer ours: ask anew.
  if (begin > 0) throw new MirrorFailure(url, ANOTHER, false);
}

class Receiving {
  readonly #rate = new Rate();
  #told = Number.NEGATIVE_INFINITY;
  #latest = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly url: string,
    readonly spool: Spool<FetchState>,
    readonly request: RemoteModel,
    readonly options: FetchOptions,
    readonly answer: Answer,
    readonly tell: (event: ImportEvent) => void,
  ) {}

  async receive(next: () => Promise<Piece>, touch: () => void, signal: AbortSignal): Promise<void> {
    const { spool, url, request } = this;
    const writer = await spool.append();
    const chunk = new Uint8Array(this.options.store.chunkBytes);
    chunk.set(writer.tail);
    let filled = writer.tail.length;
    const hash = request.sha256 ? await WholeHash.from(spool.state?.hash, spool.bytes) : undefined;
    const state = (): FetchState => ({ ...(spool.state ?? { url }), url, of: this.#of });
    const write = async (more: Partial<FetchState> = {}): Promise<void> => {
      await writer.write(filled === chunk.length ? chunk.buffer : chunk.buffer.slice(0, filled), {
        ...state(),
        ...more,
      });
      filled = 0;
    };
    try {
      for (;;) {
        const { done, value } = await next();
        touch();
        if (done) break;
        for (let piece = value!; piece.length > 0; ) {
          const taken = piece.subarray(0, chunk.length - filled);
          chunk.set(taken, filled);
          filled += taken.length;
          piece = piece.subarray(taken.length);
          if (spool.bytes === 0) this.#checkHead(chunk.subarray(0, filled), false);
          if (filled < chunk.length) continue;
          if (hash && hash.at === spool.bytes) hash.update(chunk);
          await write({ hash: hash?.state });
        }
        this.#progress(spool.bytes + filled);
        signal.throwIfAborted();
      }
      if (spool.bytes === 0) this.#checkHead(chunk.subarray(0, filled), true);
      const whole = this.#of === undefined || spool.bytes + filled === this.#of;
      if (filled > 0) await write({ whole });
      this.#progress(spool.bytes, true);
      if (!whole) throw new MirrorFailure(url, `${spool.bytes} of ${this.#of} bytes`, spool.bytes > this.#of!);
    } catch (error) {
      // What came is worth keeping, unless it is what went wrong.
      const final = error instanceof MirrorFailure && error.final;
      if (filled > 0 && !final && !isQuotaError(error)) await write().catch(() => undefined);
      throw isQuotaError(error) ? storageFull(request.name, this.#of ?? 0, 'QuotaExceededError', error) : error;
    } finally {
      clearTimeout(this.#later);
      await writer.close();
    }
  }

  get #of(): number | undefined {
    return this.request.bytes ?? this.answer.of;
  }

  #checkHead(head: Uint8Array, ended: boolean): void {
    if (head.length < FIRST_BYTES && !ended) return;
    const got = strangerBy(head.subarray(0, FIRST_BYTES));
    if (got !== undefined) throw new MirrorFailure(this.url, got, true, 'a safetensors file');
  }

  /** Tells now, or soon, so that the last word before a halt is said too. */
  #progress(bytes: number, last = false): void {
    const now = this.options.now();
    this.#rate.add(now, bytes);
    const tellNow = (): void => {
      clearTimeout(this.#later);
      this.#later = undefined;
      this.#told = this.options.now();
      this.tell({
        type: 'downloading',
        bytes: this.#latest,
        of: this.#of ?? 0,
        bytesPerSecond: this.#rate.bytesPerSecond,
      });
    };
    this.#latest = bytes;
    if (last || now - this.#told >= TELL_EVERY_MILLISECONDS) tellNow();
    else this.#later ??= setTimeout(tellNow, TELL_EVERY_MILLISECONDS);
  }
}

/** Calls `bark` unless it is touched every so often. */
function watchdog(milliseconds: number, bark: () => void) {
  let timer = setTimeout(bark, milliseconds);
  return {
    touch(): void {
      clearTimeout(timer);
      timer = setTimeout(bark, milliseconds);
    },
    end: (): void => clearTimeout(timer),
  };
}
