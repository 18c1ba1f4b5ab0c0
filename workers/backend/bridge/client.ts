/** The page's end of the bridge: a host as an object that can be asked. Protocol: `bridge-android/PROTOCOL.md`. */
import type { StageName } from '../../../models/stage';
import type { HostBackendName } from '../../api';
import { CodedError } from '../../errors';
import type { Tensor } from '../../tensor';
import { openCalls } from './calls';
import type { Channel } from './channel';
import type { FrameTensor } from './frame';
import { keptTensors } from './keptTensors';
import { PROTOCOL, TIMEOUTS, type Timeouts } from './limits';
import { badHost } from './message';
import { openSession, type Session } from './session';
import { type HostModel, type HostStatus, statusOf, textOf } from './status';

/** A network of a model in a size, and who is to compute it. */
export interface Wanted {
  readonly model: string;
  readonly stage: StageName;
  readonly backend: HostBackendName;
  readonly batch: number;
  /** Pixels; absent for the text encoder. */
  readonly width?: number;
  readonly height?: number;
}

export interface HostClient {
  /** As the host greeted. */
  readonly status: HostStatus;
  /** As it is now. */
  refresh(): Promise<HostStatus>;
  /** The text of a model's manifest. */
  describe(model: string): Promise<{ readonly form: HostModel['form']; readonly manifest: string }>;
  /** The rows of the token table of a model of form `npu`: `[ids.length, D]`. */
  embed(model: string, ids: Int32Array, signal?: AbortSignal): Promise<Float32Array>;
  /** `onProgress` hears of a compilation's course, where the host knows it. */
  open(wanted: Wanted, signal: AbortSignal, onProgress?: (done: number, of: number) => void): Promise<Session>;
  /** Gives up what sessions had the host keep: the drawing that it was for is over. */
  forget(): void;
  /** Ends the connection, and all that is pending with `host-lost`. */
  close(): void;
}

/** Greets the host. Rejects with `bad-host` where no version is common, `host-silent`, `host-lost`, or the signal's reason. */
export async function connect(
  channel: Channel,
  signal: AbortSignal,
  timeouts: Timeouts = TIMEOUTS,
): Promise<HostClient> {
  const calls = openCalls(channel, timeouts);
  const checked = <T>(read: () => T): T => {
    try {
      return read();
    } catch (thrown) {
      if (thrown instanceof CodedError && thrown.code === 'bad-host') calls.end(thrown);
      throw thrown;
    }
  };
  const kept = keptTensors(calls, numbers());
  const next = numbers();

  const hello = await calls.ask({
    ...{ type: 'hello', keys: { protocols: PROTOCOL }, signal, silence: timeouts.hello },
  });
  const status = checked(() => statusOf(hello));
  return {
    status,
    async refresh() {
      const frame = await calls.ask({ type: 'status' });
      return checked(() => statusOf(frame));
    },
    async describe(model) {
      const frame = await calls.ask({ type: 'describe', keys: { model } });
      const form = frame.metadata.get('form');
      return checked(() => {
        if (form !== 'onnx' && form !== 'npu') throw badHost('form', 'onnx or npu', form ?? 'nothing');
        return { form, manifest: textOf(frame, 'manifest') };
      });
    },
    async embed(model, ids, canceling) {
      const tensors = { ids: { type: 'int32', shape: [ids.length], data: ids } as const };
      const frame = await calls.ask({
        ...{ type: 'embed', keys: { model }, tensors },
        ...(canceling && { signal: canceling }),
      });
      return checked(() => rows(frame.tensors.get('embeddings'), ids.length));
    },
    open: (wanted, canceling, onProgress) =>
      openSession({ calls, checked, kept, next }, keysOf(wanted), canceling, onProgress),
    forget: () => kept.drop(),
    close: () => calls.end(new CodedError('host-lost', { ...CLOSED, argument: 'host' })),
  };
}

function numbers(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${last}`;
  };
}

const CLOSED = { expected: 'an open connection', got: 'one that was closed' };

function keysOf({ model, stage, backend, batch, width, height }: Wanted): Record<string, string> {
  const size = width === undefined || height === undefined ? {} : { width: `${width}`, height: `${height}` };
  return { model, stage, backend, batch: `${batch}`, ...size };
}

function rows(tensor: FrameTensor | undefined, count: number): Float32Array {
  const [first, width, ...more] = tensor?.shape ?? [];
  const sound = tensor?.type === 'float32' && first === count && width !== undefined && more.length === 0;
  if (!sound) throw badHost('embeddings', `F32 [${count}, D]`, tensor ? `${tensor.type} [${tensor.shape}]` : 'nothing');
  return (tensor as Extract<Tensor, { type: 'float32' }>).data;
}
