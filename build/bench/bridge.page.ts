/** The worker of the bridge's benchmark, as the engine's is one: `bridge.ts` has it `open`, then asks for calls and for echoes. */
import { type Calls, openCalls } from '../../workers/backend/bridge/calls';
import type { FrameTensor } from '../../workers/backend/bridge/frame';
import { statusOf } from '../../workers/backend/bridge/status';
import { type Socket, subprotocols, webSocketChannel } from '../../workers/backend/bridge/webSocketChannel';

type Question =
  | readonly ['open', port: number, token: string, side: number, echoPort: number]
  | readonly ['call' | 'pair' | 'echo', count: number];

/** What this worker uses of the browser: the project's build is checked against Node's types. */
interface Browser {
  readonly WebSocket: new (url: string, protocols?: readonly string[]) => Socket;
  onmessage: (event: { readonly data: Question }) => void;
  /** The times, or what went wrong. */
  postMessage(said: [number, number][] | number[] | string): void;
}
const browser = globalThis as unknown as Browser;

const filled = (...shape: number[]): FrameTensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b)).map((_, i) => Math.sin(i));
  return { type: 'float32', shape, data };
};

let calls: Calls;
let echo: Socket;
let sample: FrameTensor;

async function open(port: number, token: string, side: number, echoPort: number): Promise<void> {
  const socket = new browser.WebSocket(`ws://127.0.0.1:${port}/`, subprotocols(token));
  calls = openCalls(await webSocketChannel(socket));
  const status = statusOf(await calls.ask({ type: 'hello', keys: { protocols: '1' } }));
  const pixels = `${side * 8}`;
  const wanted = { model: status.models[0]!.model, stage: 'unet', backend: 'native-cpu', batch: '1' };
  await calls.ask({ type: 'open', keys: { session: '1', ...wanted, width: pixels, height: pixels } });
  await calls.ask({ type: 'put', keys: { kept: '1' }, tensors: { value: filled(1, 77, 768) } });
  sample = filled(1, 4, side, side);
  echo = new browser.WebSocket(`ws://127.0.0.1:${echoPort}/`);
  echo.binaryType = 'arraybuffer';
  await new Promise<void>((resolve) => {
    echo.onopen = () => resolve();
  });
}

/** Milliseconds that the host itself says the network took. */
async function run(): Promise<number> {
  const tensors = { sample, timestep: filled(1) };
  const answer = await calls.ask({ type: 'run', keys: { session: '1', 'kept.encoder_hidden_states': '1' }, tensors });
  return Number(answer.metadata.get('milliseconds'));
}

/** Milliseconds of a call, and what is left of it without the network: of `count` at once, the share of each. */
async function call(count: number): Promise<[number, number]> {
  const started = performance.now();
  const networks = await Promise.all(Array.from({ length: count }, run));
  const whole = performance.now() - started;
  return [whole / count, (whole - networks.reduce((sum, one) => sum + one)) / count];
}

/** Milliseconds until as many bytes as a call's are back. */
function echoed(): Promise<number> {
  const bytes = new Uint8Array(sample.data.byteLength + 320).fill(7).buffer;
  const started = performance.now();
  return new Promise((resolve) => {
    echo.onmessage = () => resolve(performance.now() - started);
    echo.send(bytes);
  });
}

async function times<Time>(one: () => Promise<Time>, count: number): Promise<Time[]> {
  const all: Time[] = [];
  while (all.length < count) all.push(await one());
  return all;
}

async function answer(question: Question): Promise<[number, number][] | number[]> {
  if (question[0] === 'open') {
    const [, ...where] = question;
    await open(...where);
    return [];
  }
  const [kind, count] = question;
  return kind === 'echo' ? times(echoed, count) : times(() => call(kind === 'pair' ? 2 : 1), count);
}

browser.onmessage = ({ data }) =>
  void answer(data).then(
    (said) => browser.postMessage(said),
    (error: unknown) => browser.postMessage(String(error)),
  );
