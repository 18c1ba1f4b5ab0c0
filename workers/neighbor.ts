/** The host beside this engine in a browser: the page tells where it is, at any time; see `HostMessage`. */
import { later } from '../models/later';
import type { HostMessage } from './api';
import type { Answered } from './backend/bridge/hostLink';
import type { HostStatus } from './backend/bridge/status';
import { CodedError } from './errors';

/** A page that has a host tells of it as soon as it has made the engine; the app's takes a moment longer. */
const PATIENCE_MILLISECONDS = 5_000;

let known = false;
let last: HostStatus | undefined;
let tellFirst: (message: HostMessage) => void = () => undefined;
let link = new Promise<HostMessage>((resolve) => {
  tellFirst = resolve;
}).then(linkTo);

/** Hears what the page tells, if it does. */
export function listenForHost(): void {
  self.addEventListener('message', ({ data }: MessageEvent<HostMessage | undefined>) => {
    if (data?.type !== 'host') return;
    if (known) link = linkTo(data);
    else tellFirst(data);
    known = true;
  });
}

/** Whether the page has told of one. */
export const hasNeighbor = (): boolean => known;

/** What the host said of itself when it was asked last; nothing where it did not answer. */
export const lastStatus = (): HostStatus | undefined => last;

/** The host, as it answers now. Rejects with `host-lost` where none was told of; as `hostLink` does. */
export async function neighbor(): Promise<Answered> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const nobody = new Promise<never>((_, reject) => {
    const details = { argument: 'host', expected: 'one beside this page', got: 'none' };
    timer = setTimeout(() => reject(new CodedError('host-lost', details)), PATIENCE_MILLISECONDS);
  });
  try {
    const answered = await (await Promise.race([link, nobody]))();
    last = answered.status;
    return answered;
  } catch (thrown) {
    last = undefined;
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

/** Pages without a host, which are most, never fetch what talks to one. */
async function linkTo(message: HostMessage): Promise<() => Promise<Answered>> {
  const { linkOf } = await later(import('./drawHosted'));
  return linkOf(message);
}
