/**
 * `npm run bench -- bridge [--calls N]`: what a UNet call costs to cross the bridge, Chromium to the host on the JVM and back:
 * 64 KiB each way, as at 512 × 512, around a network that does next to nothing. Prints the median and the 95th percentile of the
 * whole call, and of what is left of it without the host's own work.
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

const FOLDER = 'dist/bench-bridge';
/** Latents: 4 × 64 × 64 floats are 64 KiB. */
const SIDE = 64;
/** Of the first calls, both virtual machines still compile. */
const WARM_UP = 100;

export async function bridge(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { calls: { type: 'string', default: '1000' } } });
  const scratch = await mkdtemp(join(tmpdir(), 'pocket-bench-'));
  try {
    await buildHost();
    await writeModel(scratch);
    await bundlePage();
    print(await measured(scratch, WARM_UP + Number(values.calls)));
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

async function measured(folder: string, count: number): Promise<[number, number][]> {
  const server = await serve(FOLDER, 0);
  const { origin } = new URL(server.url);
  const host = await startHost([folder], [origin]);
  const browser = await puppeteer.launch({ executablePath: requireChromium(), args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    return (await page.evaluate(`new Promise((resolve, reject) => {
      const worker = new Worker('./bridge.js', { type: 'module' });
      worker.onmessage = ({ data }) => (typeof data === 'string' ? reject(new Error(data)) : resolve(data));
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage([${host.port}, '${host.token}', ${SIDE}, ${count}]);
    })`)) as [number, number][];
  } finally {
    await browser.close();
    await host.stop();
    await server.close();
  }
}

function print(times: readonly (readonly [number, number])[]): void {
  const warm = times.slice(WARM_UP);
  console.log(`${warm.length} calls of 64 KiB each way, Chromium to the JVM and back, milliseconds`);
  for (const [column, name] of ['whole call', 'without the host’s work'].entries()) {
    const sorted = warm.map((each) => each[column]!).sort((a, b) => a - b);
    const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(2);
    console.log(`${name.padEnd(24)} p50 ${at(0.5)}  p95 ${at(0.95)}  most ${at(1)}`);
  }
}
