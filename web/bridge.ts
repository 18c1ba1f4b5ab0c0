/**
 * The host beside this page, for the engine that draws: on a desktop at the address that `npm run host` prints
 * (`#bridge=PORT.TOKEN`, kept for this tab), in the app behind a port that it hands to this page and to no other
 * (`bridge-android/PROTOCOL.md`, section 1). Each engine needs a connection of its own.
 */
import type { HostMessage } from '../workers/api';
import { readKept, writeKept } from './kept';

const KEY = 'bridge';

let engine: Worker | undefined;
let app: MessagePort | undefined;
let heard: () => void = () => undefined;

/** `worker` as the engine from now on: it is told where the host is, if there is one. */
export function introduced(worker: Worker): Worker {
  engine = worker;
  handOn();
  return worker;
}

// At once: the app speaks as soon as the page is there, and that may be before its words are.
addEventListener('message', ({ data, source, ports: [port] }) => {
  // From the app itself: what another page says has a source, and no page frames or opens this one (build/serve.ts).
  if (data !== 'pocket-diffusion' || source || !port) return;
  app = port;
  port.onmessage = ({ data, ports: [channel] }) => {
    if (data !== 'connected' || !channel) return;
    tell({ type: 'host', channel }, [channel]);
    heard();
  };
  handOn();
});

/** Finds a host, now or later; `onHost` hears of each once the engine does. */
export function listenForHost(onHost: () => void): void {
  heard = onHost;
  addEventListener('hashchange', readAddress);
  readAddress();
}

/** After a host was lost: looks for it again, and `onHost` hears what came of it. */
export function lookAgain(): void {
  if (app) handOn();
  else heard();
}

/** The token is no business of the address bar, nor of who is shown it. */
function readAddress(): void {
  const [, address] = /^#bridge=(\d+\.[0-9a-f]{64})$/.exec(location.hash) ?? [];
  if (address) {
    writeKept(KEY, address, 'visit');
    history.replaceState(null, '', location.pathname + location.search);
  }
  if (readKept(KEY, 'visit')) {
    handOn();
    heard();
  }
}

function handOn(): void {
  const [port, token] = readKept(KEY, 'visit')?.split('.') ?? [];
  if (token) tell({ type: 'host', socket: Number(port), token });
  app?.postMessage('connect');
}

const tell = (message: HostMessage, ports: Transferable[] = []): void => engine?.postMessage(message, ports);
