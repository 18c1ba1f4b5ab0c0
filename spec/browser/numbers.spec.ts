/** Numbers that may not be, typed: what is drawn with is what the field then shows, and why. */
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId, fieldOf, fill } from './page';
import { isThere, press, shelfIn, text } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-numbers');

const attribute = (page: Page, id: string, name: string): Promise<string | null> =>
  page.$eval(byId(id), (element, named) => element.getAttribute(named), name);

async function leave(page: Page, id: string, typed: string): Promise<void> {
  await fill(page, id, typed);
  await page.keyboard.press('Tab');
}

test('what is beyond the range, or between its steps, becomes the nearest that is none, in words that belong to the field', () =>
  ready(async ({ page }) => {
    await leave(page, 'steps', '5000');
    await page.waitForSelector(byId('steps-note'));
    assert.is(await fieldOf(page, 'steps'), '1000');
    assert.is(await text(page, 'steps-note'), '1 to 1000, whole numbers: 5000 became 1000.');
    const note = await attribute(page, 'steps-note', 'id');
    assert.equal([await attribute(page, 'steps', 'aria-describedby'), !!note], [note, true]);
    assert.is(await attribute(page, 'steps-note', 'role'), 'alert');
    await leave(page, 'steps', '0');
    assert.is(await text(page, 'steps-note'), '1 to 1000, whole numbers: 0 became 1.');
    // What the slider or another number says is no longer about that one.
    await leave(page, 'steps', '30');
    assert.equal([await fieldOf(page, 'steps'), await isThere(page, 'steps-note')], ['30', false]);
    await press(page, 'size-other');
    await leave(page, 'width', '101');
    assert.is(await fieldOf(page, 'width'), '104');
    assert.is(await text(page, 'width-note'), '64 to 2048, in steps of 8: 101 became 104.');
  }));

test('seeds keep all sixteen digits, no number at all leaves the one before, and Enter settles what is typed', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await leave(page, 'seed', '9007199254740927');
    assert.is(await fieldOf(page, 'seed'), '9007199254740927');
    await leave(page, 'seed', '9907199254740927');
    assert.is(await fieldOf(page, 'seed'), '9007199254740927');
    await leave(page, 'steps', '');
    assert.equal([await fieldOf(page, 'steps'), await isThere(page, 'steps-note')], ['20', false]);
    // Enter settles it, too.
    await fill(page, 'steps', '2.4');
    await page.keyboard.press('Enter');
    assert.is(await fieldOf(page, 'steps'), '2');
    await press(page, 'draw');
    await page.waitForSelector(byId('save'));
    assert.match(await text(page, 'facts'), / seed 9007199254740927 /);
  }));

test('so it is in Chinese', () =>
  ready(
    async ({ page }) => {
      await leave(page, 'steps', '5000');
      assert.is(await text(page, 'steps-note'), '1 到 1000，整数：5000 已改为 1000。');
    },
    { language: 'zh-CN' },
  ));

test.run();
