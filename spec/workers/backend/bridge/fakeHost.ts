/** A host that says whatever a spec has it say. */
import type { Channel, ChannelListener } from '../../../../workers/backend/bridge/channel';
import { decodeFrame, encodeFrame, type Frame, type FrameTensor } from '../../../../workers/backend/bridge/frame';

type Keys = Readonly<Record<string, string>>;
type Named = Readonly<Record<string, FrameTensor>>;

export interface FakeHost {
  readonly channel: Channel;
  /** What the page said, in order. */
  readonly heard: { readonly type: string; readonly call: string; readonly frame: Frame }[];
  /** Whether the page has closed the channel. */
  readonly closed: boolean;
  say(keys: Keys, tensors?: Named): void;
  sayRaw(data: unknown): void;
  die(): void;
}

/** Once the page has asked something, `onHeard` may say something; nothing is said before the page's next turn. */
export function fakeHost(onHeard: (host: FakeHost, type: string, call: string, frame: Frame) => void): FakeHost {
  let listener: ChannelListener | undefined;
  let closed = false;
  const later = (work: () => void): void => queueMicrotask(work);
  const host: FakeHost = {
    channel: {
      send(data) {
        const frame = decodeFrame(data.slice(0));
        const [type, call] = [frame.metadata.get('type')!, frame.metadata.get('call')!];
        host.heard.push({ type, call, frame });
        onHeard(host, type, call, frame);
      },
      listen(to) {
        listener = to;
      },
      close() {
        closed = true;
      },
    },
    heard: [],
    get closed() {
      return closed;
    },
    say: (keys, tensors) => host.sayRaw(encodeFrame({ protocol: '1', ...keys }, tensors)),
    sayRaw: (data) => later(() => listener?.message(data)),
    die: () => later(() => listener?.closed()),
  };
  return host;
}

/** Answers as the vectors' toy host does, but for what `lie` takes on itself by returning true. */
export const answering = (
  answers: Readonly<Record<string, readonly [keys: Keys, tensors?: Named]>>,
  lie: (host: FakeHost, type: string, call: string) => boolean = () => false,
): FakeHost =>
  fakeHost((host, type, call) => {
    if (lie(host, type, call) || type === 'cancel') return;
    const [keys, tensors] = answers[type] ?? [{}];
    host.say({ type: 'answer', call, ...keys }, tensors);
  });
