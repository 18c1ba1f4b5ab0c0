/** The channel to a host on this machine: a WebSocket, opened with the token that the host made for this launch. */
import { CodedError } from '../../errors';
import type { Channel, ChannelListener } from './channel';

/** What is needed of a `WebSocket`: the browser's, a worker's, Node's. */
export interface Socket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: ArrayBuffer): void;
  close(): void;
}

/** The subprotocols that a socket must be opened with. */
export const subprotocols = (token: string): string[] => ['pocket-diffusion', `token.${token}`];

/** `socket`, just made, once it is open; rejects with `host-lost` where the host is not there or refuses us. */
export function webSocketChannel(socket: Socket): Promise<Channel> {
  socket.binaryType = 'arraybuffer';
  let listener: ChannelListener | undefined;
  let closed = false;
  const early: unknown[] = [];
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(channel);
    socket.onmessage = ({ data }) => (listener ? listener.message(data) : early.push(data));
    socket.onerror = () => undefined; // Told of by `onclose`.
    socket.onclose = () => {
      closed = true;
      listener?.closed();
      reject(new CodedError('host-lost', { argument: 'host', expected: 'to answer', got: 'a closed connection' }));
    };
    const channel: Channel = {
      send: (frame) => void (closed || socket.send(frame)),
      listen(to) {
        listener = to;
        for (const data of early.splice(0)) to.message(data);
        if (closed) to.closed();
      },
      close: () => socket.close(),
    };
  });
}
