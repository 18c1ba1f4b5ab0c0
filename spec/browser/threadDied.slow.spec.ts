/** A thread of our own kernels that the browser ends while a picture is drawn: half a minute later it is said, and the next picture is drawn. */
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { psnr } from '../../models/quantize/quality/psnr';
import { begin, draw, PATIENCE, problem, ready, scratchFolder, textOf, writeRandomModel } from './enginePage';
import { byId } from './page';
import { press } from './shelfPage';

const FOLDER = 'dist/spec-thread-died';
const FEW = { steps: 2 };

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
test.before(async () => {
  scratch = await scratchFolder();
  await bundle(FOLDER, await writeRandomModel(join(scratch.path, 'demo'), 'B'));
});
test.after(() => scratch.remove());

const threadsOf = (page: Page) => page.workers().filter((worker) => worker.url().endsWith('kernels.worker.js'));

test('a thread that ends in the middle of a picture is missed and said, and the engine draws on with another', () =>
  ready(FOLDER, async ({ page }) => {
    await press(page, 'backend-wasm-int8');
    const before = await draw(page, FEW);
    assert.match(await textOf(page, 'facts'), /on the CPU, 8 bits$/);
    await begin(page, { steps: 900 });
    await page.waitForFunction(`/^Step/.test(document.querySelector('${byId('phase')}')?.textContent)`, PATIENCE);
    const engines = page.workers().filter((worker) => worker.url().endsWith('engine.worker.js'));
    const killed = threadsOf(page);
    assert.ok(killed.length > 0);
    await killed[0]!.close();
    assert.match(await problem(page, 'worker-died'), /^The engine stopped unexpectedly.*It starts again/);
    const after = await draw(page, FEW);
    assert.is(psnr(after, before), Number.POSITIVE_INFINITY);
    // The engine that drew it is the same one, with a thread of its own.
    const now = page.workers();
    assert.ok(engines.every((engine) => now.includes(engine)));
    assert.is(threadsOf(page).length, killed.length);
    assert.not(threadsOf(page).includes(killed[0]!));
  }));

test.run();
