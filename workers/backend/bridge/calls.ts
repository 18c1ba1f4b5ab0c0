/**
 * Questions over a channel and their answers (`bridge-android/PROTOCOL.md`, sections 3 and 7): every promise made here
 * settles, whatever becomes of the host.
 */
import { CodedError } from '../../errors';
import type { Channel } from './channel';
import { encodeFrame, type Frame, type FrameTensor } from './frame';
import { PROTOCOL, TIMEOUTS, type Timeouts } from './limits';
import { badHost, type HostMessage, readMessage } from './message';

export interface Question {
  readonly type: string;
  /** Beside `type`, `protocol` and `call`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly tensors?: Readonly<Record<string, FrameTensor>>;
  /** Once aborted, the call rejects with its reason, and the host is told. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a frame. */
  readonly silence?: number;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface Calls {
  /**
   * Rejects with the host's error; with `host-lost`, `host-silent` or `bad-host`, after which the channel is closed and
   * every call rejects with the same; or with the signal's reason.
   */
  ask(question: Question): Promise<Frame>;
  /** Rejects what is pending with `error`, and all that is asked from now on. */
  end(error: CodedError): void;
}

interface Pending {
  resolve(frame: Frame): void;
  reject(reason: unknown): void;
  heard(): void;
  readonly onProgress: Question['onProgress'];
}

export function openCalls(channel: Channel, { silence, whole }: Timeouts = TIMEOUTS): Calls {
  const pending = new Map<number, Pending>();
  /** Calls that nobody waits for any more and that the host has yet to answer. */
  const canceled = new Set<number>();
  let last = 0;
  let ended: CodedError | undefined;

  function end(error: CodedError): void {
    if (ended) return;
    ended = error;
    channel.close();
    for (const { reject } of [...pending.values()]) reject(error);
  }

  function hear(message: HostMessage): void {
    if (message.type === 'refused') throw message.error;
    const { call, type } = message;
    const waiting = pending.get(call);
    if (!waiting) {
      if (!canceled.has(call)) throw badHost('call', 'one that is pending', `${call}`);
      if (type !== 'progress') canceled.delete(call);
      return;
    }
    waiting.heard();
    if (type === 'answer') waiting.resolve(message);
    else if (type === 'error') waiting.reject(message.error);
    else if (message.of !== undefined) waiting.onProgress?.(message.done!, message.of);
  }

  channel.listen({
    message(data) {
      if (ended) return;
      try {
        hear(readMessage(data));
      } catch (thrown) {
        end(thrown instanceof CodedError ? thrown : badHost('frame', 'one that can be read', String(thrown)));
      }
    },
    closed: () => end(lost()),
  });

  const send = (call: number, { type, keys, tensors }: Question): void =>
    channel.send(encodeFrame({ type, protocol: PROTOCOL, call: `${call}`, ...keys }, tensors));

  function ask(question: Question): Promise<Frame> {
    const { type, signal, onProgress, silence: quiet = silence } = question;
    return new Promise<Frame>((resolve, reject) => {
      if (ended) throw ended;
      signal?.throwIfAborted();
      last += 1;
      const call = last;
      const silent = (): void => end(new CodedError('host-silent', { ...SILENT, argument: type }));
      let quietTimer = setTimeout(silent, quiet);
      const wholeTimer = setTimeout(silent, whole);
      const settle = (): void => {
        clearTimeout(quietTimer);
        clearTimeout(wholeTimer);
        pending.delete(call);
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        settle();
        canceled.add(call);
        send(call, { type: 'cancel' });
        reject(signal!.reason);
      };
      signal?.addEventListener('abort', abort);
      pending.set(call, {
        resolve(frame) {
          settle();
          resolve(frame);
        },
        reject(reason) {
          settle();
          reject(reason);
        },
        heard() {
          clearTimeout(quietTimer);
          quietTimer = setTimeout(silent, quiet);
        },
        onProgress,
      });
      try {
        send(call, question);
      } catch (thrown) {
        settle();
        reject(thrown);
      }
    });
  }

  return { ask, end };
}

const SILENT = { expected: 'an answer in time', got: 'none' };

const lost = (): CodedError =>
  new CodedError('host-lost', { argument: 'host', expected: 'to stay until it has answered', got: 'a closed channel' });
