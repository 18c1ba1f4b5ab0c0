/** What can be done with a picture, on a phone: in words, in one row, so that nothing below it moves. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId } from './page';
import { shelfIn } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-picture-actions');

for (const [language, width, labels] of [
  ['en-US', 390, ['Save', 'Share', 'Reuse']],
  ['en-US', 320, ['Save', 'Share', 'Reuse']],
  ['zh-CN', 320, ['保存', '分享', '复用']],
  ['en-US', 1280, ['Save', 'Share', 'Reuse settings']],
] as const) {
  test(`${width} px wide, ${language}: ${labels.join(', ')}`, () =>
    ready(
      async ({ page }) => {
        // As on a phone, which has a sheet to share with.
        await page.evaluateOnNewDocument('navigator.share = async () => {}; navigator.canShare = () => true;');
        await page.setViewport({ width, height: 844, isMobile: width < 480 });
        await page.reload();
        await page.waitForSelector(byId('model'));
        await page.type(byId('prompt'), 'a sun');
        await page.click(byId('draw'));
        await page.waitForSelector(byId('save'));
        const buttons = JSON.parse(
          (await page.evaluate(
            `JSON.stringify([...document.querySelectorAll('.actions button')].map((button) => ({
              text: button.innerText.trim(), top: button.getBoundingClientRect().top, title: button.title })))`,
          )) as string,
        ) as { text: string; top: number; title: string }[];
        assert.equal(
          buttons.map(({ text }) => text),
          labels,
        );
        assert.is(new Set(buttons.map(({ top }) => top)).size, 1);
        assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
        // Who hears the label hears the word that is seen.
        assert.ok(buttons[2]!.title.startsWith(labels[2]), buttons[2]!.title);
      },
      { width, height: 844, language },
    ));
}

test.run();
