/**
 * The channel to the app that holds the page: a message port that it handed to the page, and the page to this worker. Where the
 * WebView cannot carry bytes, each frame is a text.
 */
import { ofBase64, toBase64 } from './base64';
import type { Channel, ChannelListener } from './channel';

/** What is needed of a `MessagePort`: a browser's, Node's. */
export interface BridgePort {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  /** Not every browser tells the end of a port; where none does, silence is what ends a call. */
  addEventListener(type: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

/** `form`: what the host takes; it answers in the same. */
export function portChannel(port: BridgePort, form: 'bytes' | 'base64'): Channel {
  let listener: ChannelListener | undefined;
  let closed = false;
  const end = (): void => {
    closed = true;
    listener?.closed();
  };
  port.addEventListener('close', end);
  return {
    send(frame) {
      if (closed) return;
      if (form === 'bytes') port.postMessage(frame, [frame]);
      else port.postMessage(toBase64(new Uint8Array(frame)), []);
    },
    listen(to) {
      listener = to;
      // A text that is no base64 goes on as it is: no frame either way.
      port.addEventListener('message', ({ data }) => to.message(form === 'base64' ? decoded(data) : data));
      if (closed) to.closed();
      else port.start();
    },
    close: () => port.close(),
  };
}

function decoded(data: unknown): unknown {
  try {
    return typeof data === 'string' ? ofBase64(data) : undefined;
  } catch {
    return undefined;
  }
}
