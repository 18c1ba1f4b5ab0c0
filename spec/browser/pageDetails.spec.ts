/** Small things of the page that are easily lost: a variation that goes with its seed, Escape, the keyboard's ring on sliders, examples in sight. */
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId } from './page';
import { draws, isThere, openModel, press, says, shelfIn, text, unfold, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-page-details');

async function fill(page: Page, id: string, value: string): Promise<void> {
  await page.$eval(byId(id), (field) => (field as unknown as { select(): void }).select());
  await page.type(byId(id), value);
}

test('a kept seed that is let go takes its variation with it; typing another does not', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await fill(page, 'seed', '5');
    await unfold(page, 'noise');
    await page.waitForSelector(byId('variation'));
    await fill(page, 'variation', '0.2');
    await page.waitForSelector(byId('subseed'));
    await fill(page, 'subseed', '9');
    await draws(page, /“subseed 9, subseedStrength 0\.2”/);
    await fill(page, 'seed', '6');
    await draws(page, /“subseed 9, subseedStrength 0\.2”/);
    await press(page, 'keep-seed');
    await waitFor(page, `!document.querySelector('${byId('subseed')}')`);
    await draws(page, /“plain, cut, 0”/);
    assert.not(await isThere(page, 'unusual-variation'));
    // Kept again it is a seed like any other.
    await press(page, 'keep-seed');
    await draws(page, /“plain, cut, 0”/);
  }));

test('Escape sends away what is said at the foot, then what went wrong; within a question it answers that alone', () =>
  ready(async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker');
    await openModel(page, 'other');
    await waitFor(page, says('toasts', /other is ready/));
    await page.type(byId('prompt'), 'fail out-of-memory');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('problem'));
    await page.focus(byId('prompt'));
    await page.keyboard.press('Escape');
    await waitFor(page, `document.querySelector('${byId('toasts')}').textContent === ''`);
    assert.ok(await isThere(page, 'problem'));
    await page.keyboard.press('Escape');
    await waitFor(page, `!document.querySelector('${byId('problem')}')`);

    await openModel(page, 'third');
    await waitFor(page, says('toasts', /third is ready/));
    await page.evaluate(`document.querySelectorAll('${byId('about')}')[1].click()`);
    await page.waitForSelector(byId('rename'));
    await press(page, 'rename');
    await page.waitForFunction(`document.activeElement.tagName === 'INPUT'`);
    await page.keyboard.press('Escape');
    assert.match(await text(page, 'toasts'), /third is ready/);
    // While something is drawn it cancels that, as is said below the button.
    await fill(page, 'prompt', 'slow');
    await press(page, 'draw');
    await page.waitForSelector(byId('cancel'));
    await page.keyboard.press('Escape');
    await page.waitForSelector(byId('draw'));
  }));

test('the focus does not go with what Escape sends away', () =>
  ready(async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker');
    await openModel(page, 'other');
    await page.waitForSelector(byId('toast-away'));
    await page.focus(byId('toast-away'));
    await page.keyboard.press('Escape');
    await waitFor(page, `document.activeElement.id === 'shelf'`);
  }));

for (const scheme of ['light', 'dark'] as const)
  test(`a slider that has the keyboard shows it, ${scheme}`, () =>
    ready(async ({ page }) => {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.focus(byId('steps'));
      await page.keyboard.press('Tab');
      const [type, style, width, color, panel] = (await page.evaluate(`(() => {
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement);
        const panel = getComputedStyle(document.querySelector('${byId('settings')}')).backgroundColor;
        return [document.activeElement.type, outlineStyle, outlineWidth, outlineColor, panel];
      })()`)) as string[];
      assert.equal([type, style, width], ['range', 'solid', '3px']);
      // WCAG 2.2's 3 : 1 of what shows a focus.
      assert.ok(contrast(color!, panel!) > 3, `${color} on ${panel}`);
    }));

/** WCAG 2.2's contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (color: string): number => {
    const [red, green, blue] = color.match(/[\d.]+/g)!.map((value) => {
      const part = Number(value) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [less, more] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (more! + 0.05) / (less! + 0.05);
}

for (const [width, height] of [
  [1280, 900],
  [1024, 768],
  [390, 844],
] as const)
  test(`every example is in sight at ${width} px, and nothing moves when they go`, () =>
    ready(
      async ({ page }) => {
        const boxes = (await page.evaluate(`[...document.querySelectorAll('${byId('example')}')].map((each) => {
          const { left, right, top, bottom } = each.getBoundingClientRect();
          return [left, right, top, bottom];
        })`)) as number[][];
        assert.is(boxes.length, 3);
        const limits = (await page.evaluate(`(() => {
          const { left, right } = document.querySelector('.stage').getBoundingClientRect();
          return [left, right];
        })()`)) as number[];
        for (const [left, right, , bottom] of boxes)
          assert.ok(
            left! >= limits[0]! && right! <= limits[1]! + 0.5 && bottom! <= height,
            `${left} to ${right}, ${bottom}`,
          );
        const below = (): Promise<unknown> =>
          page.evaluate(`document.querySelector('.below').getBoundingClientRect().bottom`);
        const before = await below();
        await page.click(byId('example'));
        await page.click(byId('draw'));
        await page.waitForSelector(byId('save'));
        assert.is(await below(), before);
      },
      { width, height },
    ));

test.run();
