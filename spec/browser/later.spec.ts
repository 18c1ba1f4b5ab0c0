/** Parts of the page and of the engine that come later: what is said where one does not come, and that it comes when asked again. */
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, bundlePageWith } from '../../build/bundle';
import { singleFile } from '../models/singleFile/smallModel';
import { begin, draw, PATIENCE, problem, scratchFolder, textOf, writeRandomModel } from './enginePage';
import { byId, visit } from './page';
import { press, unfold, upload } from './shelfPage';

const PAGE = 'dist/spec-later-page';
const ENGINE = 'dist/spec-later-engine';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
test.before(async () => {
  scratch = await scratchFolder();
  await bundlePageWith('spec/browser/fakeEngine.worker.ts', PAGE);
  await bundle(ENGINE, await writeRandomModel(join(scratch.path, 'model'), 'B'));
});
test.after(() => scratch.remove());

/** Takes the part by this name off the server; what it returns puts it back. */
async function without(folder: string, name: string): Promise<() => Promise<void>> {
  const [found] = (await readdir(folder)).filter((path) => new RegExp(`^${name}-[0-9A-Z]{8}\\.js$`).test(path));
  assert.ok(found, `${name} is a file of its own`);
  await rename(join(folder, found), join(scratch.path, found));
  return () => rename(join(scratch.path, found), join(folder, found));
}

test('what is unfolded without its part says so, and is there after another try; the page draws meanwhile', async () => {
  const back = await without(PAGE, 'late');
  await visit(PAGE, async ({ page }) => {
    await page.waitForSelector(byId('model'));
    await unfold(page, 'open-options');
    await page.waitForSelector(byId('part-missing'));
    assert.is(
      await textOf(page, 'part-missing'),
      'This part of the page did not arrive. Check the connection.Try again',
    );
    await page.click(byId('draw'));
    await page.waitForSelector(byId('picture'));
    await press(page, 'save');
    await page.waitForFunction('/could not be saved/.test(document.body.textContent)');
    await back();
    await press(page, 'bring-part');
    await page.waitForSelector(byId('add-lora'));
    assert.is(await page.$(byId('part-missing')), null);
  });
});

test('the part is fetched before anybody asks for it, and after that it is asked for no more', () =>
  visit(PAGE, async ({ page, requests, complaints }) => {
    await page.waitForSelector(byId('model'));
    const fetched = (): number => requests.filter((path) => path.startsWith('/late-')).length;
    while (fetched() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await unfold(page, 'open-options');
    await page.waitForSelector(byId('add-lora'));
    assert.equal([fetched(), complaints], [1, []]);
  }));

test('another language comes with what its late parts say; one that does not come is said, and the page stays as it was', async () => {
  const back = await without(PAGE, 'zh');
  await visit(PAGE, async ({ page }) => {
    await page.waitForSelector(byId('model'));
    await unfold(page, 'open-options');
    await page.waitForSelector(byId('add-lora'));
    const label = `document.querySelector('${byId('add-lora')}').parentElement.textContent`;
    assert.is(await page.evaluate(label), 'Add a LoRA file');
    await page.select(byId('language'), 'zh');
    assert.match(await problem(page, 'download-failed'), /^A part of this page did not arrive/);
    assert.equal(await page.evaluate(`[document.querySelector('${byId('language')}').value, ${label}]`), [
      ...['en', 'Add a LoRA file'],
    ]);
    await back();
    await page.select(byId('language'), 'zh');
    await page.waitForFunction(`${label} === '添加 LoRA 文件'`);
    assert.match(await textOf(page, 'problem'), /页面的一部分/);
  });
});

test('an engine whose part did not arrive says so, and does what was asked after another try', async () => {
  const file = join(scratch.path, 'small.safetensors');
  await writeFile(file, await singleFile());
  const back = await without(ENGINE, 'outside');
  await visit(ENGINE, async ({ page }) => {
    await page.waitForSelector(byId('model'), PATIENCE);
    await upload(page, 'open-file', file);
    const said = await problem(page, 'download-failed');
    assert.match(said, /A part of this page did not arrive \(.*Failed to fetch.*\)/);
    await back();
    await press(page, 'try-again');
    await page.waitForFunction(`document.querySelectorAll('${byId('model')}').length === 2`, PATIENCE);
  });
});

test('a way to compute whose part did not arrive says so, and is there when asked for again or the connection is back', async () => {
  for (const again of ['a press', 'the connection'] as const) {
    const back = await without(ENGINE, 'int8\\.browser');
    await visit(ENGINE, async ({ page, requests }) => {
      const tries = (): number => requests.filter((path) => path.startsWith('/int8.browser-')).length;
      await page.waitForSelector(byId('ask-backends'), PATIENCE);
      assert.is(await textOf(page, 'why-wasm-int8'), 'CPU, 8 bits: what it needs did not arrive');
      const isOff = `document.querySelector('${byId('backend-wasm-int8')}').disabled`;
      assert.is(await page.evaluate(isOff), true);
      // In vain it stays, to be pressed once more.
      await page.focus(byId('ask-backends'));
      const before = tries();
      await page.keyboard.press('Enter');
      while (tries() === before) await new Promise((resolve) => setTimeout(resolve, 20));
      await page.waitForSelector(`${byId('ask-backends')}[aria-busy="false"]`, PATIENCE);
      assert.is(await page.evaluate(isOff), true);
      await back();
      if (again === 'a press') await page.keyboard.press('Enter');
      else await page.evaluate(`dispatchEvent(new Event('online'))`);
      await page.waitForFunction(`!${isOff}`, PATIENCE);
      assert.is(await page.$(byId('ask-backends')), null);
      assert.is(await page.$(byId('why-wasm-int8')), null);
      // The focus is on the choice, not lost.
      assert.is(await page.evaluate('document.activeElement.dataset.testid'), 'backend-auto');
    });
  }
});

for (const [what, name] of [
  ['program', 'ort-wasm-simd-threaded.mjs'],
  ['WebAssembly', 'ort-wasm-simd-threaded.wasm'],
] as const) {
  test(`a drawing whose runtime's ${what} did not arrive says so, and is drawn after another try`, async () => {
    const [here, away] = [join(ENGINE, 'ort', name), join(scratch.path, name)];
    await rename(here, away);
    await visit(ENGINE, async ({ page }) => {
      await page.waitForSelector(byId('model'), PATIENCE);
      await begin(page, { steps: 2 });
      assert.match(await problem(page, 'download-failed'), /^A part of this page did not arrive/);
      await rename(away, here);
      await press(page, 'try-again');
      await page.waitForSelector(byId('save'), PATIENCE);
    });
  });
}

test('eight-bit kernels whose threads did not arrive are not on offer, and why is said', async () => {
  const [here, away] = [join(ENGINE, 'kernels.worker.js'), join(scratch.path, 'kernels.worker.js')];
  await rename(here, away);
  await visit(ENGINE, async ({ page }) => {
    await page.waitForSelector(byId('why-wasm-int8'), PATIENCE);
    assert.is(await textOf(page, 'why-wasm-int8'), 'CPU, 8 bits: what it needs did not arrive');
    assert.is(await page.evaluate(`document.querySelector('${byId('backend-wasm-int8')}').disabled`), true);
    await page.waitForSelector(byId('model'), PATIENCE);
    await draw(page, { steps: 2 });
  });
  await rename(away, here);
});

test.run();
