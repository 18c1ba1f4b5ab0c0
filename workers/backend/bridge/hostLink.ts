/** The connection to a host, greeted when it is first needed and, once it was lost, when it is needed again. */
import type { Channel } from './channel';
import { connect, type HostClient } from './client';
import type { HostStatus } from './status';

/** A host that answered just now, and what it says of itself. */
export interface Answered {
  readonly client: HostClient;
  readonly status: HostStatus;
}

/** Asks the host behind the channels that `open` opens. Rejects as `connect` does. */
export function hostLink(open: () => Promise<Channel>): () => Promise<Answered> {
  let greeted: Promise<HostClient> | undefined;
  const greet = async (): Promise<Answered> => {
    greeted = open().then((channel) => connect(channel, new AbortController().signal));
    const client = await greeted;
    return { client, status: client.status };
  };
  const ask = async (): Promise<Answered> => {
    const client = await greeted?.catch(() => undefined);
    if (!client) return greet();
    const status = await client.refresh().catch(() => undefined);
    return status ? { client, status } : greet();
  };
  // Who asks while somebody does gets the same answer: a channel from the app is there but once.
  let asking: Promise<Answered> | undefined;
  return () => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
