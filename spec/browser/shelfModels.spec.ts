/** The shelf with an engine that computes nothing: what is known of a model, its name, and what was left out of it. */
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId } from './page';
import {
  aboutLast,
  chosen,
  file,
  isThere,
  openModel,
  press,
  says,
  shelfIn,
  text,
  unfold,
  upload,
  waitFor,
} from './shelfPage';

const ready = shelfIn(test, 'dist/spec-shelf-models');

const focused = (id: string): string => `document.activeElement === document.querySelector('${byId(id)}')`;

test('a model is renamed where its name stands, with the keyboard alone; Escape leaves it as it was', () =>
  ready(async ({ page }) => {
    await openModel(page, 'v1-5-pruned-emaonly');
    await aboutLast(page);
    await page.$eval(byId('rename'), (button) => (button as unknown as { focus(): void }).focus());
    await page.keyboard.press('Enter');
    await waitFor(page, focused('name'));
    await page.keyboard.type('my model'); // Over all of the old one, which is selected.
    await page.keyboard.press('Enter');
    await waitFor(page, chosen('my model'));
    await waitFor(page, focused('rename'));
    await page.keyboard.press('Enter');
    await waitFor(page, focused('name'));
    await page.keyboard.type('another');
    await page.keyboard.press('Escape');
    await waitFor(page, focused('rename'));
    assert.ok(await page.evaluate(chosen('my model')));
    await press(page, 'rename');
    await page.$eval(byId('name'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('name'), '   ');
    await page.keyboard.press('Tab'); // A name of nothing is none.
    await waitFor(page, `!document.querySelector('${byId('name')}')`);
    assert.ok(await page.evaluate(chosen('my model')));
    await page.reload();
    await waitFor(page, chosen('my model'));
  }));

test('leaving the field keeps the new name; a drawing goes on while one is thought better of', () =>
  ready(async ({ page }) => {
    await openModel(page, 'old');
    await page.type(byId('prompt'), 'slow');
    await page.click(byId('draw'));
    await waitFor(page, says('phase', /^Step 2 of 20$/));
    await aboutLast(page);
    await press(page, 'rename');
    await page.type(byId('name'), 'draft');
    await page.keyboard.press('Escape');
    await waitFor(page, `!document.querySelector('${byId('name')}')`);
    assert.match(await text(page, 'phase'), /^Step \d+ of 20$/);
    await press(page, 'rename');
    await page.$eval(byId('name'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('name'), 'new');
    await page.$eval(byId('name'), (field) => (field as unknown as { blur(): void }).blur());
    await waitFor(page, chosen('new'));
    await press(page, 'cancel');
  }));

test('the demo model, whose name is the page’s, is not renamed', () =>
  ready(async ({ page }) => {
    await aboutLast(page);
    await page.waitForSelector(byId('export'));
    assert.not(await isThere(page, 'rename'));
  }));

test('parts of a LoRA that match nothing are counted and named, until somebody has read it', () =>
  ready(async ({ page }) => {
    await unfold(page, 'open-options');
    await upload(page, 'add-lora', await file('half-for-another.safetensors'));
    await page.waitForSelector(byId('lora'));
    await upload(page, 'open-file', await file('dreamy.safetensors'));
    await page.waitForSelector(byId('ignored'));
    const sentence = /^dreamy\.safetensors: One part of the LoRA matches nothing in this model and was left out\./;
    assert.match(await text(page, 'ignored'), sentence);
    assert.match(await text(page, 'ignored'), /half-for-another\.safetensors: lora_te2_x/);
    await waitFor(page, chosen('dreamy'));
    assert.ok(await isThere(page, 'ignored'));
    await press(page, 'ignored-away');
    await waitFor(page, `!document.querySelector('${byId('ignored')}')`);
  }));

/** Counts how often the browser is asked to keep what is stored. */
const countPersist = (page: Page): Promise<unknown> =>
  page.evaluateOnNewDocument(`
    globalThis.asked = 0;
    StorageManager.prototype.persist = async () => { globalThis.asked += 1; return true; };
  `);

test('the browser is asked once to keep models, with the first of one’s own; the meter says what it answered', () =>
  ready(async ({ page }) => {
    await countPersist(page);
    await page.reload();
    await page.waitForSelector(byId('model'));
    assert.not(await isThere(page, 'persisted')); // The demo model brings itself back.
    assert.is(await page.evaluate('globalThis.asked'), 0);
    await upload(page, 'open-file', await file('first.safetensors'));
    await upload(page, 'open-file', await file('second.safetensors'));
    await waitFor(page, says('persisted', /^The browser may clear models when the device runs full\.$/));
    await waitFor(page, `document.querySelectorAll('${byId('model')}').length === 3`);
    await upload(page, 'open-file', await file('kept.safetensors'));
    await waitFor(page, says('persisted', /^The browser keeps models when the device runs full\.$/));
    assert.is(await page.evaluate('globalThis.asked'), 1);
  }));

test.run();
