/** Chromium and the host on the JVM: a picture over the bridge, and which pages are let in. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Frame, Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildHost, startHost } from '../../build/host/startHost';
import { serve } from '../../build/serve';
import { openConverted } from '../../models/convertedFolder.node';
import { psnr } from '../../models/quantize/quality/psnr';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { packedModel } from '../../workers/model.packed';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { demoFolder } from '../workers/backend/bridge/jvmHost';
import { visit } from './page';

const FOLDER = 'dist/spec-bridge';
const PIXELS = 64;
const STEPS = 3;
const PROMPT = 'a red apple on a blue background';

await buildHost();
const demo = await demoFolder(PIXELS);
test.after(() => demo.remove());

await mkdir(FOLDER, { recursive: true });
await build({
  entryPoints: ['spec/browser/bridgeClient.ts'],
  outfile: join(FOLDER, 'bridge-client.js'),
  ...{ bundle: true, format: 'esm', platform: 'browser', target: 'chrome114' },
});
await writeFile(join(FOLDER, 'index.html'), '<!doctype html><title>bridge</title>');

const withClient = (frame: Page | Frame): Promise<unknown> => frame.evaluate(`import('./bridge-client.js')`);

/** A page with the client in it, and a host for its origin. */
async function together(work: (page: Page, host: Awaited<ReturnType<typeof startHost>>) => Promise<void>) {
  await visit(FOLDER, async ({ page, url }) => {
    const host = await startHost([demo.folder], [new URL(url).origin]);
    try {
      await withClient(page);
      await work(page, host);
    } finally {
      await host.stop();
    }
  });
}

test('a picture over the bridge is the one that WebAssembly draws: 50 dB and more', () =>
  together(async (page, { port, token }) => {
    const asked = `${port}, '${token}', '${PROMPT}', ${PIXELS}, ${STEPS}`;
    const drawn = (await page.evaluate(`draw(${asked})`)) as readonly number[] | string;
    assert.ok(typeof drawn !== 'string', String(drawn));
    const { manifest, weights } = await openConverted(demo.folder);
    const own = { model: packedModel('demo', manifest, weights), backend: nodeWasmBackend() };
    const request = { ...DEFAULTS, prompt: PROMPT, width: PIXELS, height: PIXELS, steps: STEPS, seed: 1 };
    const asThere = { ...request, scheduler: 'ddim', guidance: 'two-calls' } as const;
    for await (const event of textToImage(asThere, own, new AbortController().signal)) {
      assert.is.not(event.type, 'failed');
      if (event.type !== 'image') continue;
      const decibels = psnr(Uint8Array.from(drawn as readonly number[]), event.picture.pixels);
      assert.ok(decibels >= 50, `${decibels.toFixed(1)} dB`);
      return;
    }
    assert.unreachable('no picture');
  }));

test('a wrong token, another origin and a frame without one are refused; our page is let in', () =>
  together(async (page, { port, token }) => {
    const knock = (frame: Page | Frame, with_ = token): Promise<unknown> =>
      frame.evaluate(`knock(${port}, '${with_}')`);
    assert.is(await knock(page), 'let in');
    assert.is(await knock(page, `${token.slice(1)}0`), 'host-lost');
    const other = await serve(FOLDER, 0);
    try {
      const stranger = await page.browser().newPage();
      await stranger.goto(other.url);
      await withClient(stranger);
      assert.is(await knock(stranger), 'host-lost');
      // A document without an origin of its own, as sandboxed frames are; Chromium says "null".
      await stranger.goto('about:blank');
      const said = await stranger.evaluate(`new Promise((resolve) => {
        const socket = new WebSocket('ws://127.0.0.1:${port}/', ['pocket-diffusion', 'token.${token}']);
        socket.onopen = () => resolve('let in');
        socket.onclose = () => resolve('refused');
      })`);
      assert.is(said, 'refused');
    } finally {
      await other.close();
    }
    assert.is(await knock(page), 'let in');
  }));

test.run();
