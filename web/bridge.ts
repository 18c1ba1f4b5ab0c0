/**
 * The host beside this page, for the engine that draws: on a desktop at the address that `npm run host` prints
 * (`#bridge=PORT.TOKEN`, kept for this tab), in the app behind a port that it hands to this page and to no other, or that this
 * page brings it (`bridge-android/PROTOCOL.md`, section 1). Each engine needs a connection of its own.
 */
import { signal } from '@preact/signals';
import type { HostMessage } from '../workers/api';
import { type AppLink, linkByObject, linkByPort } from './appLink';
import { appObject, controlPort } from './handshake';
import { readKept, writeKept } from './kept';
import { bringLateParts } from './lateParts';
import { type Said, textToApp } from './toApp';

const KEY = 'bridge';

/** Whether the app shows this page. */
export const inApp = signal(false);

let engine: Worker | undefined;
let app: AppLink | undefined;
let heard: () => void = () => undefined;

/** `worker` as the engine from now on: it is told where the host is, if there is one. */
export function introduced(worker: Worker): Worker {
  engine = worker;
  handOn();
  return worker;
}

// At once: the app speaks as soon as the page is there, and that may be before its words are.
addEventListener('message', (event) => {
  const port = controlPort(event);
  // It speaks to a document once.
  if (port && !app) follow(linkByPort(port));
});

function follow(link: AppLink): void {
  app = link;
  inApp.value = true;
  const texts: unknown[] = [];
  let listener = (text: unknown): void => void texts.push(text);
  link.listen(
    (text) => listener(text),
    (channel, form) => {
      tell({ type: 'host', channel, form }, [channel]);
      heard();
    },
  );
  handOn();
  const listen = (next: typeof listener): void => {
    listener = next;
    for (const text of texts) next(text);
  };
  bringLateParts().then(
    ({ followApp }) => followApp(listen),
    () => undefined,
  );
}

/** Tells the app; nothing where there is none. */
export const sayToApp = (said: Said): void => app?.say(textToApp(said));

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
  app?.connect();
}

const tell = (message: HostMessage, ports: Transferable[] = []): void => engine?.postMessage(message, ports);

const object = appObject<MessagePort>(globalThis as { readonly pocketDiffusion?: unknown });
if (object) follow(linkByObject(object));
