/** The two ways in which a page in a browser reaches its host. */
import type { HostMessage } from '../../api';
import { CodedError } from '../../errors';
import { type Answered, hostLink } from './hostLink';
import { type BridgePort, portChannel } from './portChannel';
import { type Socket, subprotocols, webSocketChannel } from './webSocketChannel';

export function linkOf(message: HostMessage): () => Promise<Answered> {
  if ('socket' in message) {
    const { socket, token } = message;
    return hostLink(() =>
      webSocketChannel(new WebSocket(`ws://127.0.0.1:${socket}/`, subprotocols(token)) as unknown as Socket),
    );
  }
  const { form } = message;
  // A port is one connection; the page gets another.
  let port = message.channel as BridgePort | undefined;
  return hostLink(async () => {
    if (!port) throw new CodedError('host-lost', { argument: 'host', expected: 'a port', got: 'one that is used up' });
    const channel = portChannel(port, form);
    port = undefined;
    return channel;
  });
}
