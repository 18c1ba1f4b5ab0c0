/** Downloads of a small file, their events and waits noted. */
import { createHash } from 'node:crypto';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import type { ByteSource } from '../../../models/source';
import type { ImportEvent, RemoteModel } from '../../../workers/api';
import { type DownloadOptions, download } from '../../../workers/download/download';
import type { ModelStore } from '../../../workers/store/modelStore';
import { someBytes } from '../store/storeFixture';

/** A safetensors file of 5,000 bytes and a header: chunks of 1,024 in these specs. */
export const file = (salt = 0): Uint8Array =>
  encodeSafetensors([{ name: 'a', dtype: 'U8', shape: [5000], data: someBytes(5000, salt) }]);
export const FILE = file();
export const SHA256 = createHash('sha256').update(FILE).digest('hex');
export const never = new AbortController().signal;

export interface Fetched {
  readonly events: ImportEvent[];
  readonly waits: number[];
  readonly bytes: Uint8Array;
}

export async function fetched(
  store: ModelStore<never>,
  remote: Partial<RemoteModel> & Pick<RemoteModel, 'urls'>,
  { signal = never, onEvent = () => undefined, ...options }: Options = {},
): Promise<Fetched> {
  const events: ImportEvent[] = [];
  const waits: number[] = [];
  const all: DownloadOptions = {
    store,
    fetch: (url, init) => fetch(url, init),
    origin: 'http://elsewhere',
    now: () => performance.now(),
    wait: async (milliseconds) => void waits.push(milliseconds),
    ...options,
  };
  const tell = (event: ImportEvent): void => {
    events.push(event);
    onEvent(event);
  };
  const whole = (source: ByteSource) => source.read(0, source.size);
  const bytes = await download({ name: 'model.safetensors', ...remote }, all, tell, signal, whole);
  return { events, waits, bytes };
}

export interface Options extends Partial<DownloadOptions> {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ImportEvent) => void;
}

export const onRetry =
  (work: () => void) =>
  ({ type }: ImportEvent): void => {
    if (type === 'retrying') work();
  };
