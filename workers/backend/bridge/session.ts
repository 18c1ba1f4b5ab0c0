/**
 * A network that a host has opened, as a `Stage`. Hidden states are the same for every step of every picture of a drawing:
 * they cross once for all sessions of a connection.
 */
import type { Tensors } from '../../tensor';
import type { Stage } from '../backend';
import type { Calls } from './calls';
import type { KeptTensors } from './keptTensors';
import { checkedOutputs } from './outputs';
import { type HostPorts, portsOf } from './status';

/** What a session shares with all others of its connection. */
export interface Connection {
  readonly calls: Calls;
  /** Reads an answer; where that is `bad-host`, the connection ends. */
  checked<T>(read: () => T): T;
  readonly kept: KeptTensors;
  /** A number that is not in use. */
  next(): string;
}

export interface Session extends Stage {
  readonly ports: HostPorts;
  run(inputs: Tensors, signal?: AbortSignal): Promise<Tensors>;
}

/** Inputs that are sent once for as long as they are the same object. */
const KEPT = new Set(['encoder_hidden_states']);

/** Rejects as `HostClient.open` does. Who opens closes. */
export async function openSession(
  { calls, checked, kept, next }: Connection,
  keys: Readonly<Record<string, string>>,
  opening: AbortSignal,
  onProgress?: (done: number, of: number) => void,
): Promise<Session> {
  const session = next();
  const close = async (): Promise<void> => void (await calls.ask({ type: 'close', keys: { session } }));
  const opened = calls.ask({
    ...{ type: 'open', keys: { session, ...keys }, signal: opening },
    ...(onProgress && { onProgress }),
  });
  const frame = await opened.catch((thrown: unknown) => {
    // It may have been open already when it was canceled.
    if (opening.aborted) close().catch(() => undefined);
    throw thrown;
  });
  const ports = checked(() => portsOf(frame));

  return {
    ports,
    async run(inputs, signal) {
      const entries = Object.entries(inputs);
      const references = entries
        .filter(([name]) => KEPT.has(name))
        .map(([name, value]) => [`kept.${name}`, kept.name(value)]);
      const answer = await calls.ask({
        ...{ type: 'run', keys: { session, ...Object.fromEntries(references) } },
        tensors: Object.fromEntries(entries.filter(([name]) => !KEPT.has(name))),
        ...(signal && { signal }),
      });
      return checked(() => checkedOutputs(answer, ports.outputs));
    },
    close,
  };
}
