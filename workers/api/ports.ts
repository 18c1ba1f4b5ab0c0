/** What goes over the port of a job; part of the contract in `workers/api.ts`. Types only. */

/** What a job needs of a `MessagePort`; spelled out because the page's, the worker's and Node's types differ. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** A message from the page on the port of a running job. */
export interface AbortMessage {
  readonly type: 'abort';
}

/** To a running download: stop, and keep what is here. */
export interface PauseMessage {
  readonly type: 'pause';
}
