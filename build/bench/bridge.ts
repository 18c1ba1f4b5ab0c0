/**
 * `npm run bench -- bridge [--calls N]`: what a UNet call costs to cross the bridge, Chromium to the host on the JVM and back:
 * 64 KiB each way, as at 512 × 512, around a network that does next to nothing. Beside it, by turns, since machines are noisy: the
 * same bytes sent back at once by the least that a WebSocket can be, to the same page, and by a plain socket, to this process. Prints
 * medians and 95th percentiles, and ours over the echo's: what the bridge adds to what anybody pays.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import puppeteer from 'puppeteer-core';
import { encodeModel } from '../../models/graph/onnx/onnxModel';
import { STAGE_NAMES } from '../../models/manifest';
import { CHROMIUM_FLAGS, requireChromium } from '../chromium';
import { buildHost, startHost } from '../host/startHost';
import { serve } from '../serve';
import { startEcho } from './bridgeEcho';

const FOLDER = 'dist/bench-bridge';
/** Latents: 4 × 64 × 64 floats are 64 KiB. */
const SIDE = 64;
/** Of the first calls, both virtual machines still compile. */
const WARM_UP = 300;
/** Calls of one kind in a row. */
const TURN = 50;

export async function bridge(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { calls: { type: 'string', default: '1000' } } });
  const scratch = await mkdtemp(join(tmpdir(), 'pocket-bench-'));
  try {
    await buildHost();
    await writeModel(scratch);
    await bundlePage();
    print(await measured(scratch, Number(values.calls)));
    return 0;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A folder as `npm run convert` writes them, whose networks all add the timestep to the sample. */
async function writeModel(folder: string): Promise<void> {
  const input = (name: string, ...shape: number[]) => ({ name, type: 'float32', shape }) as const;
  const sample = [1, 4, SIDE, SIDE];
  const graph = encodeModel({
    name: 'sum',
    inputs: [input('sample', ...sample), input('timestep', 1), input('encoder_hidden_states', 1, 77, 768)],
    outputs: [input('noise', ...sample)],
    nodes: [{ op: 'Add', name: 'sum', inputs: ['sample', 'timestep'], outputs: ['noise'], attributes: {} }],
    initializers: [],
  });
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const all = <T>(value: T): Record<string, T> => Object.fromEntries(STAGE_NAMES.map((stage) => [stage, value]));
  const none = new Uint8Array(0);
  for (const stage of STAGE_NAMES) {
    await writeFile(join(folder, `${stage}.onnx`), graph);
    await writeFile(join(folder, `${stage}.weights`), none);
  }
  const manifest = { format: 'pocket-diffusion', stages: all({ bytes: 0 }), sha256: all(sha256(none)) };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const size = { batch: 1, width: SIDE * 8, height: SIDE * 8 };
  const stages = all({ bytes: graph.length, sha256: sha256(graph) });
  await writeFile(join(folder, 'stages.json'), JSON.stringify({ ...size, stages }));
}

async function bundlePage(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await build({
    entryPoints: ['build/bench/bridge.page.ts'],
    outfile: join(FOLDER, 'bridge.js'),
    ...{ bundle: true, format: 'esm', platform: 'browser', target: 'chrome114' },
  });
  await writeFile(join(FOLDER, 'index.html'), '<!doctype html><title>bridge</title>');
}

/** Milliseconds of each call, by kind. */
interface Times {
  readonly call: number[];
  /** Of each call, without what the host itself says that the network took. */
  readonly crossing: number[];
  /** The share of each of two at once. */
  readonly pair: number[];
  readonly echo: number[];
  readonly plain: number[];
}

async function measured(folder: string, count: number): Promise<Times> {
  const server = await serve(FOLDER, 0);
  const { origin } = new URL(server.url);
  const host = await startHost([folder], [origin]);
  const echo = await startEcho();
  const browser = await puppeteer.launch({ executablePath: requireChromium(), args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const ask = (question: readonly unknown[]): Promise<unknown> =>
      page.evaluate(`new Promise((resolve, reject) => {
        globalThis.worker ??= new Worker('./bridge.js', { type: 'module' });
        worker.onmessage = ({ data }) => (typeof data === 'string' ? reject(new Error(data)) : resolve(data));
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(${JSON.stringify(question)});
      })`);
    await ask(['open', host.port, host.token, SIDE, echo.port]);
    const times: Times = { call: [], crossing: [], pair: [], echo: [], plain: [] };
    for (let done = -WARM_UP; done < count; done += TURN) {
      const calls = (await ask(['call', TURN])) as [number, number][];
      const pairs = (await ask(['pair', TURN])) as [number, number][];
      const echoed = (await ask(['echo', TURN])) as number[];
      const plain = await echo.times(TURN);
      if (done < 0) continue;
      times.call.push(...calls.map(([whole]) => whole));
      times.crossing.push(...calls.map(([, crossing]) => crossing));
      times.pair.push(...pairs.map(([whole]) => whole));
      times.echo.push(...echoed);
      times.plain.push(...plain);
    }
    return times;
  } finally {
    await browser.close();
    await echo.stop();
    await host.stop();
    await server.close();
  }
}

/** The median, and the 95th percentile. */
const percentiles = (times: readonly number[]): readonly [number, number] => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  return [at(0.5), at(0.95)];
};

function print({ call, crossing, pair, echo, plain }: Times): void {
  console.log(`${call.length} calls of 64 KiB each way, Chromium to the JVM and back, milliseconds`);
  const line = (name: string, times: readonly number[]): void => {
    const [p50, p95] = percentiles(times);
    console.log(
      `${name.padEnd(44)} p50 ${p50.toFixed(2)}  p95 ${p95.toFixed(2)}  most ${Math.max(...times).toFixed(2)}`,
    );
  };
  line('a call', call);
  line('a call without the network', crossing);
  line('each of two at once, as in a guided step', pair);
  line('an echo by the barest of WebSockets', echo);
  line('an echo by a plain socket, without Chromium', plain);
  const over = (some: readonly number[]): string =>
    percentiles(some)
      .map((time, i) => (time / percentiles(echo)[i]!).toFixed(2))
      .join(' and ');
  console.log(
    `p50 and p95 over the echo’s: a call ${over(call)}, without the network ${over(crossing)}, of two ${over(pair)}`,
  );
}
