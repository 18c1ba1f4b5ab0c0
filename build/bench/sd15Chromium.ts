/**
 * `npm run bench -- sd15-chromium [--weights FORM] [--size PIXELS]… [--steps N] [--memory MODE]… [--backend wasm|wasm-int8]
 * [--checkpoint FILE]`: a full-size checkpoint in Chromium, as a user meets it: opened from one file, found again at the second visit, drawn
 * with. Prints time beside the time of hashing the same bytes, and memory as proportional set size, over all of
 * Chromium's processes and over its renderers, sampled five times a second: a shorter peak is missed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import puppeteer, { type Page } from 'puppeteer-core';
import type { ImageRequest, ImportOptions, OwnBackendName, WeightForm } from '../../workers/api';
import { DEFAULTS } from '../../workers/request';
import { bundle } from '../bundle';
import { CHROMIUM_FLAGS, requireChromium } from '../chromium';
import { serve } from '../serve';
import type { Bench } from './engine.page';
import { type Memory, type MemoryWatch, watchMemory } from './processMemory';
import { writeSd15Checkpoint } from './sd15Checkpoint';

const FOLDER = 'dist/bench';

/** Without `--checkpoint`, one with random weights is written first, and removed at the end. */
export async function sd15Chromium(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      weights: { type: 'string', default: 'int8' },
      size: { type: 'string', multiple: true, default: ['256', '512'] },
      steps: { type: 'string', default: '2' },
      memory: { type: 'string', multiple: true, default: ['auto'] },
      backend: { type: 'string', default: 'wasm' },
      checkpoint: { type: 'string' },
    },
  });
  const scratch = await mkdtemp(join(tmpdir(), 'pocket-bench-'));
  const checkpoint = values.checkpoint ?? join(scratch, 'random.safetensors');
  try {
    if (values.checkpoint === undefined) await writeSd15Checkpoint(checkpoint, 1);
    const steps = Number(values.steps);
    const memories = values.memory as ImageRequest['memory'][];
    const pictures = values.size.flatMap((side) =>
      memories.map((memory) => ({ width: Number(side), height: Number(side), steps, memory })),
    );
    await benchInChromium(
      checkpoint,
      { weights: values.weights as WeightForm },
      values.backend as OwnBackendName,
      pictures,
    );
    return 0;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Calls one of the page's functions by name. */
async function call<Name extends keyof Bench>(page: Page, name: Name, ...args: Parameters<Bench[Name]>) {
  const text = args.map((arg) => JSON.stringify(arg)).join(', ');
  return (await page.evaluate(`bench.${name}(${text})`)) as Awaited<ReturnType<Bench[Name]>>;
}

async function benchInChromium(
  checkpoint: string,
  options: ImportOptions,
  backend: OwnBackendName,
  pictures: readonly Pick<ImageRequest, 'width' | 'height' | 'steps' | 'memory'>[],
): Promise<void> {
  await bundle(FOLDER);
  await build({
    entryPoints: { bench: 'build/bench/engine.page.ts' },
    outdir: FOLDER,
    bundle: true,
    format: 'esm',
    target: 'chrome114',
  });
  await writeFile(
    join(FOLDER, 'bench.html'),
    '<!doctype html><title>bench</title><input type="file" id="file"><script type="module" src="bench.js"></script>',
  );
  const profile = await mkdtemp(join(tmpdir(), 'pocket-bench-'));
  const server = await serve(FOLDER, 0);
  const browser = await puppeteer.launch({
    executablePath: requireChromium(),
    userDataDir: profile,
    args: [...CHROMIUM_FLAGS],
    protocolTimeout: 3_600_000,
  });
  const memory = watchMemory(browser.process()!.pid!);
  try {
    const page = await browser.newPage();
    await open(page, server.url);
    await settled();
    memory.peak();
    await settled();
    const idle = memory.peak();
    console.log(`idle page                    ${memoryText(idle)}`);
    await importing(page, memory, idle, checkpoint, options);
    const id = await secondVisit(page, server.url);
    for (const picture of pictures) {
      await open(page, server.url); // A heap of its own for each: it never shrinks.
      await drawing(page, memory, idle, id, backend, { ...DEFAULTS, prompt: 'a lighthouse', seed: 1, ...picture });
    }
  } finally {
    memory.stop();
    await browser.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  }
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(`${url}bench.html`);
  await page.waitForFunction('typeof bench === "object"');
}

async function importing(
  page: Page,
  memory: MemoryWatch,
  idle: Memory,
  checkpoint: string,
  options: ImportOptions,
): Promise<void> {
  const input = await page.waitForSelector('#file');
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(checkpoint);
  memory.peak();
  const { bytes, milliseconds } = await call(page, 'importModel', options);
  const peak = memory.peak();
  // Afterwards: what hashing leaves to the garbage collector would count as the import's.
  const hash = await call(page, 'hash');
  const ratio = (milliseconds / hash).toFixed(2);
  console.log(`hashing the file             ${seconds(hash)}`);
  console.log(`opening it                   ${seconds(milliseconds)}   ${ratio} × hashing; model ${megabytes(bytes)}`);
  console.log(`  peak over the idle page    ${memoryText(over(peak, idle))}`);
}

async function secondVisit(page: Page, url: string): Promise<string> {
  await open(page, url);
  const { models, milliseconds } = await call(page, 'models');
  console.log(`second visit, to ready       ${seconds(milliseconds)}`);
  const [largest] = [...models].sort((a, b) => b.bytes - a.bytes);
  return largest!.id;
}

async function drawing(
  page: Page,
  memory: MemoryWatch,
  idle: Memory,
  id: string,
  backend: OwnBackendName,
  request: ImageRequest,
): Promise<void> {
  const planned = await call(page, 'planned', id, backend, request);
  memory.peak();
  const { timings, heapBytes, steps } = await call(page, 'draw', id, backend, request);
  const unet = [...steps].sort((a, b) => a - b)[steps.length >> 1]!;
  console.log(`${request.width} × ${request.height}, ${request.steps} steps, memory ${request.memory}, ${backend}`);
  console.log(`  guided UNet step, median   ${seconds(unet)}   (two passes)`);
  console.log(`  text encoder, decoder      ${seconds(timings.textEncoder)}, ${seconds(timings.vaeDecoder)}`);
  console.log(`  loading, in all            ${seconds(timings.loading)}, ${seconds(timings.total)}`);
  for (const [stage, bytes] of Object.entries(heapBytes))
    console.log(`  heap after ${stage.padEnd(16)} ${megabytes(bytes)}`);
  console.log(`  heap as planned            ${megabytes(planned)}`);
  console.log(`  peak over the idle page    ${memoryText(over(memory.peak(), idle))}`);
}

/** Long enough for a page at rest to be at rest, and for a sample of it. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3000));

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`.padStart(9);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`.padStart(9);
const memoryText = ({ all, renderers }: Memory): string => `${megabytes(all)}, renderers ${megabytes(renderers)}`;
const over = (some: Memory, base: Memory): Memory => ({
  all: some.all - base.all,
  renderers: some.renderers - base.renderers,
});
