/** The two ways to the app that shows this page: a port that it handed over, or an object that it put here (PROTOCOL.md, section 1). */
import type { AppObject } from './handshake';

export interface AppLink {
  say(text: string): void;
  /** Asks for a connection. */
  connect(): void;
  /** Once: what the app says, and each connection that there is then, with the form of its frames. */
  listen(onText: (text: unknown) => void, onConnected: (channel: MessagePort, form: 'bytes' | 'base64') => void): void;
}

export const linkByPort = (port: MessagePort): AppLink => ({
  say: (text) => port.postMessage(text),
  connect: () => port.postMessage('connect'),
  listen(onText, onConnected) {
    port.onmessage = ({ data, ports: [channel] }) => {
      if (data !== 'connected') onText(data);
      else if (channel) onConnected(channel, 'base64');
    };
  },
});

export function linkByObject(object: AppObject<MessagePort>): AppLink {
  /** Ends of channels whose other ends the app was brought, and has yet to answer. */
  const brought: MessagePort[] = [];
  return {
    say: (text) => object.postMessage(text),
    connect() {
      const { port1, port2 } = new MessageChannel();
      brought.push(port1);
      object.postMessage('connect', [port2]);
    },
    listen(onText, onConnected) {
      object.onmessage = ({ data }) => {
        if (data !== 'connected') return onText(data);
        const channel = brought.shift();
        if (channel) onConnected(channel, 'bytes');
      };
    },
  };
}
