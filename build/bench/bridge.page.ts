/** The worker of the bridge's benchmark, as the engine's is one: `bridge.ts` asks it to `measure`. */
import { type Calls, openCalls } from '../../workers/backend/bridge/calls';
import type { FrameTensor } from '../../workers/backend/bridge/frame';
import { statusOf } from '../../workers/backend/bridge/status';
import { type Socket, subprotocols, webSocketChannel } from '../../workers/backend/bridge/webSocketChannel';

/** What this worker uses of the browser: the project's build is checked against Node's types. */
interface Browser {
  readonly WebSocket: new (url: string, protocols: readonly string[]) => Socket;
  onmessage: (event: { readonly data: Parameters<typeof measure> }) => void;
  /** The times, or what went wrong. */
  postMessage(said: [number, number][] | string): void;
}
const browser = globalThis as unknown as Browser;

const filled = (...shape: number[]): FrameTensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b)).map((_, i) => Math.sin(i));
  return { type: 'float32', shape, data };
};

/** Milliseconds of each of `count` calls, and of each what is left without the host's own work. */
async function measure(port: number, token: string, side: number, count: number): Promise<[number, number][]> {
  const socket = new browser.WebSocket(`ws://127.0.0.1:${port}/`, subprotocols(token));
  const calls: Calls = openCalls(await webSocketChannel(socket));
  const status = statusOf(await calls.ask({ type: 'hello', keys: { protocols: '1' } }));
  const pixels = `${side * 8}`;
  const wanted = { model: status.models[0]!.model, stage: 'unet', backend: 'native-cpu', batch: '1' };
  await calls.ask({ type: 'open', keys: { session: '1', ...wanted, width: pixels, height: pixels } });
  await calls.ask({ type: 'put', keys: { kept: '1' }, tensors: { value: filled(1, 77, 768) } });
  const times: [number, number][] = [];
  for (let i = 0; i < count; i++) {
    const tensors = { sample: filled(1, 4, side, side), timestep: filled(1) };
    const started = performance.now();
    const answer = await calls.ask({ type: 'run', keys: { session: '1', 'kept.encoder_hidden_states': '1' }, tensors });
    const whole = performance.now() - started;
    times.push([whole, whole - Number(answer.metadata.get('milliseconds'))]);
  }
  return times;
}

browser.onmessage = ({ data }) =>
  void measure(...data).then(
    (times) => browser.postMessage(times),
    (error: unknown) => browser.postMessage(String(error)),
  );
