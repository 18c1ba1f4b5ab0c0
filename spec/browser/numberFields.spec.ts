/** Numbers that are typed and cannot be: said in words, field by field, and nothing is lost by drawing meanwhile. */
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import { gray, part, place } from './controlPage';
import { byId } from './page';
import { draws, file, isThere, press, says, shelfIn, unfold, upload, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-number-fields');

async function fill(page: Page, id: string, value: string): Promise<void> {
  await page.$eval(byId(id), (field) => (field as unknown as { select(): void }).select());
  await page.type(byId(id), value);
}

/** Of the field: its text, whether it is marked, and the words that it is described by. */
const told = (page: Page, id: string): Promise<unknown> =>
  page.evaluate(`(() => {
    const field = document.querySelector('${byId(id)}');
    const words = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    return [field.value, field.getAttribute('aria-invalid'), words?.textContent ?? null];
  })()`);

const saidOf = (id: string): string =>
  `document.getElementById(document.querySelector('${byId(id)}').getAttribute('aria-describedby'))?.textContent`;

test('every field of every fold says which it is, what it takes and what it was given; each number that it takes unsays it', () =>
  ready(async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker; delete window.showDirectoryPicker');
    await press(page, 'size-other');
    for (const fold of ['init-picture', 'loras', 'controls', 'noise', 'prompt-options', 'more-options'])
      await unfold(page, fold);
    await upload(page, 'init-file', await gray('below.png', 9, 64, 64));
    await page.waitForSelector(byId('mask'));
    const box = (await (await page.$(byId('mask')))!.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForSelector(byId('drawn-part-painted'));
    await press(page, 'drawn-part-painted');
    await upload(page, 'first-control', await place('plain.safetensors', likes()));
    await page.waitForSelector(byId('control-weight'));
    await press(page, 'add-control');
    await waitFor(page, `document.querySelectorAll('${byId('control')}').length === 2`);
    await press(page, 'hires-2');
    await press(page, 'freeu-SD 1.5');
    await fill(page, 'variation', '0.5');
    await page.waitForSelector(byId('subseed'));
    await page.select(byId('scheduler'), 'ddim');
    await page.waitForSelector(byId('eta'));
    await press(page, 'guiding-mimic');
    await page.waitForSelector(byId('mimic-scale'));
    const names = (await page.evaluate(
      `[...new Set([...document.querySelectorAll('input[type="number"]')].map((field) => field.dataset.testid))]`,
    )) as string[];
    for (const one of [
      ...['steps', 'guidance', 'width', 'height', 'seed', 'num-images', 'strength', 'brush', 'beyond-0', 'mask-blur'],
      ...['inpaint-padding', 'control-weight', 'control-start', 'control-end', 'variation', 'subseed', 'eta'],
      ...['clip-skip', 'hires-scale', 'hires-steps', 'hires-strength', 'freeu-b1', 'token-merging', 'mimic-scale'],
    ])
      assert.ok(names.includes(one), `${one} among ${names}`);
    for (const name of names) {
      const [least, label] = (await page.$eval(byId(name), (field) => {
        const input = field as unknown as { min: string; labels: { textContent: string }[] };
        return [input.min, input.labels[0]!.textContent];
      })) as [string, string];
      const holds = await page.$eval(byId(name), (field) => (field as unknown as { value: string }).value);
      await fill(page, name, '99999999999999999');
      await waitFor(page, saidOf(name));
      const [text, invalid, words] = (await told(page, name)) as [string, string, string];
      assert.equal([text, invalid], ['99999999999999999', 'true'], name);
      assert.ok(words.startsWith(`${label} takes a`) && words.includes(` from ${least} to `), `${name}: ${words}`);
      assert.ok(words.endsWith(`; 99999999999999999 is not one. Until then it is ${holds}.`), `${name}: ${words}`);
      await fill(page, name, holds);
      assert.equal(await told(page, name), [holds, 'false', null], name);
    }
  }));

/** What an IP-Adapter's names and shapes show. */
const likes = (): Uint8Array =>
  encodeSafetensors([part('image_proj.proj.weight', 16, 40), part('ip_adapter.1.to_k_ip.weight', 8, 4)]);

test('what is no number is said, stays through a drawing, which is drawn with the number before it, and an empty field shows that again', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await page.select(byId('scheduler'), 'lcm');
    await fill(page, 'steps', '1-');
    await waitFor(page, saidOf('steps'));
    assert.equal(await told(page, 'steps'), [
      ...['', 'true'],
      'Steps takes a whole number from 1 to 1000; what is typed is no number. Until then it is 20.',
    ]);
    await fill(page, 'steps', '7');
    await fill(page, 'guidance', '-3');
    await fill(page, 'seed', '2.5');
    await draws(page, /7 steps, guidance 7\.5/);
    await waitFor(page, saidOf('guidance'));
    assert.equal(await told(page, 'guidance'), [
      ...['-3', 'true'],
      'Guidance takes a number from 0 to 100; -3 is not one. Until then it is 7.5.',
    ]);
    assert.equal(((await told(page, 'seed')) as string[]).slice(0, 2), ['2.5', 'true']);
    await fill(page, 'guidance', '');
    await page.keyboard.press('Backspace');
    await page.focus(byId('prompt'));
    assert.equal(await told(page, 'guidance'), ['7.5', 'false', null]);
    // Between the slider's steps a number is no less one.
    await fill(page, 'guidance', '7.25');
    await draws(page, /7 steps, guidance 7\.25/);
  }));

test('a number that is half typed is not called wrong, in either language', () =>
  ready(
    async ({ page }) => {
      await press(page, 'size-other');
      await fill(page, 'width', '51');
      assert.equal(await told(page, 'width'), ['51', 'true', '']);
      await page.type(byId('width'), '2');
      assert.equal(await told(page, 'width'), ['512', 'false', null]);
      await page.type(byId('width'), '1');
      await waitFor(page, saidOf('width'));
      assert.equal(await told(page, 'width'), [
        ...['5121', 'true'],
        '“宽度”应为 64 到 2048 的 8 的倍数；填写的是 5121。改正之前按 256 绘制。',
      ]);
    },
    { language: 'zh-CN' },
  ));

test('the weight of a LoRA that is merged in has the same words', () =>
  ready(async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker');
    await unfold(page, 'open-options');
    await upload(page, 'add-lora', await file('style.safetensors'));
    await page.waitForSelector(byId('lora-weight'));
    await fill(page, 'lora-weight', '11');
    await waitFor(
      page,
      says('number-fault', /^Weight of style\.safetensors takes a number from -10 to 10; 11 is not one/),
    );
    await fill(page, 'lora-weight', '0.5');
    assert.not(await isThere(page, 'number-fault'));
  }));

test.run();
