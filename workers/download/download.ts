/**
 * A model file from the web: resumed where it was stopped, from the next mirror where one fails, and proven by its
 * SHA-256 where that is known. What is in stays in the store until it was used, or until somebody gives it up.
 */
import type { ByteSource } from '../../models/source';
import type { ImportEvent, ImportOptions, RemoteModel } from '../api';
import { CodedError } from '../errors';
import type { ModelStore } from '../store/modelStore';
import type { Spool } from '../store/spool';
import { MirrorFailure } from './failed';
import { type FetchOptions, type FetchState, fetchFrom } from './fetchFrom';
import { WholeHash } from './wholeHash';

export interface DownloadOptions extends FetchOptions {
  readonly store: Pick<ModelStore<never>, 'spool' | 'makeRoom' | 'chunkBytes'>;
  /** Resolves after so many milliseconds, or rejects as `signal` does. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** What becomes of the file; without any, what an earlier try was begun with. */
  readonly options?: ImportOptions;
}

/** Times that every mirror is asked without a single new byte before the download fails. */
const ROUNDS = 4;
const FIRST_WAIT_MILLISECONDS = 1_000;

/** Under which key a download is kept: the same file from other mirrors goes on. */
export const downloadKey = ({ sha256, urls }: RemoteModel): string => sha256 ?? urls[0] ?? '';

/**
 * Fetches the file and resolves to what `use` makes of it with the options; then both are dropped. An abort keeps what is in for the
 * next time. Rejects with `bad-argument`, `download-failed` (url and what came), `storage-full`, or as `use` does.
 */
export function download<T>(
  request: RemoteModel,
  options: DownloadOptions,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
  use: (file: ByteSource, options: ImportOptions) => Promise<T>,
): Promise<T> {
  checkUrls(request.urls);
  const { name, bytes } = request;
  const kept = { key: downloadKey(request), name, bytes, remote: request, options: options.options ?? {} };
  return options.store.spool<FetchState, T>(kept, async (spool) => {
    await fetchProven(spool, request, options, tell, signal);
    try {
      const result = await use(spool.source(name), spool.options);
      await spool.drop();
      return result;
    } catch (error) {
      // Bytes that are no model will not become one; but what went with them may be what is wrong.
      if (error instanceof CodedError && /^(bad|unsupported)-model$/.test(error.code)) await spool.giveUp();
      throw error;
    }
  });
}

async function fetchProven(
  spool: Spool<FetchState>,
  request: RemoteModel,
  options: DownloadOptions,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const dead = new Set<string>();
  for (let failures = 0; ; ) {
    const alive = request.urls.filter((url) => !dead.has(url));
    const url = alive[failures % alive.length]!;
    const before = spool.bytes;
    try {
      if (!isWhole(spool, request)) await fetchFrom(url, spool, request, options, tell, signal);
      return await prove(spool, url, request, options, tell, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MirrorFailure)) throw error;
      if (error.final) dead.add(url);
      failures = spool.bytes > before ? 1 : failures + 1;
      if (dead.size === request.urls.length || failures >= ROUNDS * request.urls.length) throw error.asCoded();
      const round = Math.floor(failures / alive.length);
      const milliseconds = failures % alive.length === 0 ? FIRST_WAIT_MILLISECONDS * 2 ** (round - 1) : 0;
      tell({ type: 'retrying', url, got: error.got, milliseconds });
      await options.wait(milliseconds, signal);
    }
  }
}

const isWhole = ({ bytes, state }: Spool<FetchState>, request: RemoteModel): boolean =>
  state !== undefined && bytes > 0 && (state.whole || bytes === (request.bytes ?? state.of));

/** The file's hash against the one that was asked for. A wrong file is forgotten. */
async function prove(
  spool: Spool<FetchState>,
  url: string,
  { sha256, name }: RemoteModel,
  { store }: DownloadOptions,
  tell: (event: ImportEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  if (sha256 === undefined) return;
  const of = spool.bytes;
  const hash = await WholeHash.from(spool.state?.hash, of);
  const tellVerified = (bytes: number): void => tell({ type: 'verifying', bytes, of });
  const got = await hash.finish(spool.source(name), store.chunkBytes, tellVerified, signal);
  if (got === sha256) return;
  await spool.restart({ url }, undefined);
  throw new MirrorFailure(url, got, true, `SHA-256 ${sha256}`);
}

function checkUrls(urls: readonly string[]): void {
  const wrong = urls.find((url) => !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol));
  if (urls.length > 0 && wrong === undefined) return;
  throw new CodedError('bad-argument', { argument: 'url', expected: 'an http(s) address', got: wrong ?? 'none' });
}
