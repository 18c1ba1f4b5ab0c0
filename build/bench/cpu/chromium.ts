/** Networks measured in Chromium, each in a worker that is ended afterwards: heaps never shrink. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import puppeteer, { type Page } from 'puppeteer-core';
import { bundle } from '../../bundle';
import { CHROMIUM_FLAGS, requireChromium } from '../../chromium';
import { kernels } from '../../kernels.mjs';
import { serve } from '../../serve';
import type { Measured } from '../measured';
import type { Variant } from '../variants';
import { withJavascriptPeak } from './javascriptMemory';
import type { Answer, Job } from './jobs';
import type { Layer } from './layers';
import type { Share } from './profile';

const FOLDER = 'dist/bench-cpu';

export interface Chromium {
  readonly version: string;
  /** With what JavaScript took at most, beside WebAssembly's memory. */
  stage(
    variant: Variant,
    how: { readonly threads: number; readonly runs: number },
  ): Promise<Measured & { readonly javascriptBytes: number }>;
  profile(variant: Variant, threads: number): Promise<readonly Share[]>;
  /** Of those in whose names one of `parts` is, or of all. */
  layers(threads: number, parts?: readonly string[]): Promise<readonly Layer[]>;
  close(): Promise<void>;
}

let built: Promise<void> | undefined;

/** What is measured, written once for all that measure it. */
async function buildWorker(): Promise<void> {
  await bundle(FOLDER);
  await build({
    entryPoints: { 'measure.worker': 'build/bench/cpu/measure.worker.ts' },
    outdir: FOLDER,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'chrome114',
    conditions: ['onnxruntime-web-use-extern-wasm'],
    plugins: [kernels],
  });
}

export async function openChromium(): Promise<Chromium> {
  built ??= buildWorker();
  await built;
  const page = await openBarePage(FOLDER);
  const asked = async <Kind extends keyof Answer>(job: Job & { readonly type: Kind }): Promise<Answer[Kind]> =>
    (await page.evaluate(`new Promise((resolve, reject) => {
      const worker = new Worker('measure.worker.js', { type: 'module' });
      worker.onmessage = ({ data }) => { worker.terminate(); data.failed ? reject(new Error(data.failed)) : resolve(data); };
      worker.onerror = ({ message }) => { worker.terminate(); reject(new Error(message)); };
      worker.postMessage(${JSON.stringify(job)});
    })`)) as Answer[Kind];
  return {
    version: await page.version(),
    async stage(variant, how) {
      const work = () => asked({ type: 'stage', variant, ...how });
      const { result, javascriptBytes } = await withJavascriptPeak(page.page, work);
      return { ...result, javascriptBytes };
    },
    profile: (variant, threads) => asked({ type: 'profile', variant, threads }),
    layers: (threads, parts) => asked({ type: 'layers', threads, parts }),
    close: page.close,
  };
}

export interface BarePage {
  readonly page: Page;
  version(): Promise<string>;
  /** Of a script, what it resolves to. */
  evaluate(script: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A page with nothing in it, isolated from others as ours is, beside the files of `folder`. */
export async function openBarePage(folder: string): Promise<BarePage> {
  await writeFile(join(folder, 'bench.html'), '<!doctype html><title>bench</title>');
  const profile = await mkdtemp(join(tmpdir(), 'pocket-bench-'));
  const server = await serve(folder, 0);
  const browser = await puppeteer.launch({
    executablePath: requireChromium(),
    userDataDir: profile,
    args: [...CHROMIUM_FLAGS],
    protocolTimeout: 3_600_000,
  });
  const page = await browser.newPage();
  await page.goto(`${server.url}bench.html`);
  return {
    page,
    version: () => browser.version(),
    evaluate: (script) => page.evaluate(script),
    async close() {
      await browser.close();
      await server.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
