/** The page in the app: what it tells the app of drawings, and what it does of what the app says. The engine computes nothing. */
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostReport } from '../../workers/api';
import { byId, type VisitOptions } from './page';
import { count, isThere, press, says, shelfIn, text, waitFor } from './shelfPage';

const visitPage = shelfIn(test, 'dist/spec-app');

const MODEL = { id: 'host:a', name: 'Painter', bytes: 7, ways: [{ backend: 'npu', width: 256, height: 256 }] } as const;
const REPORT: HostReport = {
  heat: 'none',
  backends: [
    { name: 'npu', available: true, why: '', threads: 1 },
    { name: 'native-cpu', available: false, why: 'not-built-in', threads: 1 },
  ],
  models: [MODEL],
};

/**
 * An app whose host says `report`: `told` holds what the page says on the control port, `say` says something there, `become`
 * has the host say another report from now on. `job` is handed back before the first connection.
 */
const app = (report: HostReport, job?: string): string => `(() => {
  window.told = [];
  const { port1, port2 } = new MessageChannel();
  let host;
  let report = ${JSON.stringify(report)};
  window.say = (text) => port2.postMessage(text);
  window.become = (next) => new Promise((resolve) => {
    report = next;
    host.onmessage = resolve;
    host.postMessage(report);
  });
  port2.onmessage = ({ data }) => {
    if (data !== 'connect') return window.told.push(data);
    if (!host && ${JSON.stringify(job ?? '')}) say(JSON.stringify({ type: 'job', job: ${JSON.stringify(job ?? '')} }));
    const channel = new MessageChannel();
    host = channel.port2;
    host.postMessage(report);
    port2.postMessage('connected', [channel.port1]);
  };
  dispatchEvent(new MessageEvent('message', { data: 'pocket-diffusion', ports: [port1] }));
})()`;

interface Inside {
  readonly page: Page;
  /** What the page told since this was asked last; waits for something. */
  told(until?: string): Promise<{ readonly type: string; readonly [key: string]: unknown }[]>;
  say(message: unknown): Promise<unknown>;
}

const inApp = (work: (inside: Inside) => Promise<void>, job?: string, options?: VisitOptions): Promise<void> =>
  visitPage(async ({ page }) => {
    await page.evaluate(app(REPORT, job));
    await page.waitForSelector(byId('app-models'));
    const told: Inside['told'] = async (until = '') => {
      await page.waitForFunction(`told.some((text) => text.includes(${JSON.stringify(until)}))`);
      const texts = (await page.evaluate('told.splice(0)')) as string[];
      return texts.map((said) => (said === 'models' ? { type: said } : JSON.parse(said)));
    };
    await work({ page, told, say: (message) => page.evaluate(`say(${JSON.stringify(JSON.stringify(message))})`) });
  }, options);

async function begin(page: Page, prompt: string): Promise<void> {
  await page.$eval(byId('prompt'), (field) => (field as unknown as { select(): void }).select());
  await page.type(byId('prompt'), prompt);
  await page.click(byId('draw'));
}

test('outside of the app there is no way to its models, and its own are on the shelf inside', async () => {
  await visitPage(async ({ page }) => {
    assert.is(await count(page, 'app-models'), 0);
  });
  await inApp(async ({ page, told }) => {
    await waitFor(page, says('shelf', /Painter.*in the app/));
    assert.is(await text(page, 'app-models'), 'Models in the app');
    await press(page, 'app-models');
    assert.equal(await told(), [{ type: 'models' }]);
  });
});

test('a drawing is told from its beginning to its end, with its steps over all pictures', () =>
  inApp(async ({ page, told }) => {
    await page.$eval(byId('num-images'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('num-images'), '2');
    await begin(page, 'a steady sun');
    await page.waitForSelector(byId('save'));
    const said = await told('"idle"');
    const types = said.map(({ type }) => type);
    assert.is(types[0], 'drawing');
    for (const [type, times] of [
      ['drawing', 1],
      ['idle', 1],
    ] as const) {
      assert.is(types.filter((one) => one === type).length, times, type);
    }
    const jobs = said.filter(({ type }) => type === 'job').map(({ job }) => job);
    assert.is(jobs.pop(), null);
    const steps = jobs.map((job) => {
      const { width, height, step, settings } = JSON.parse(String(job));
      assert.equal([width, height, settings.prompt, settings.numImages], [256, 256, 'a steady sun', 2]);
      return Number(step);
    });
    assert.ok(steps[0] === 0 && steps.length < 15 && steps.at(-1)! > 20 && steps.at(-1)! <= 40, `${steps}`);
    const progress = said.filter(({ type }) => type === 'progress');
    // Steady steps, of 40 ms, are told four times a second: of 40 not one by one.
    assert.ok(progress.length >= 3 && progress.length < 15, `${progress.length} times`);
    const indices = progress.map(({ index }) => Number(index));
    assert.equal(
      indices,
      [...new Set(indices)].sort((a, b) => a - b),
    );
    assert.ok(indices[0]! > 0 && indices.at(-1)! > 20 && indices.at(-1)! <= 40, `${indices}`);
    assert.ok(progress.every(({ of }) => of === 40));
  }));

test('what is saved is named to the app before it is given out', () =>
  inApp(async ({ page, told }) => {
    await begin(page, 'a red apple');
    await page.waitForSelector(byId('save'));
    await told('"idle"');
    await press(page, 'save');
    const [saving, ...more] = await told('saving');
    assert.equal([saving!.type, more], ['saving', []]);
    assert.match(String(saving!.url), /^blob:http/);
    assert.match(String(saving!.name), /^a-red-apple-\d+\.png$/);
  }));

test('a cancel at the app stops the drawing; what it says that nobody knows does nothing', () =>
  inApp(async ({ page, say, told }) => {
    await begin(page, 'slow sun');
    await page.waitForSelector(byId('cancel'));
    for (const stranger of [null, 7, 'cancel', [], {}, { type: 'Cancel' }, { type: ['cancel'] }]) await say(stranger);
    await page.evaluate(`say('{')`);
    await page.evaluate(`say('')`);
    await waitFor(page, says('phase', /^Step 1 of/));
    assert.ok(await isThere(page, 'cancel'));
    await say({ type: 'cancel' });
    await page.waitForSelector(byId('draw'));
    assert.is(await count(page, 'problem'), 0);
    assert.equal(
      (await told('"idle"')).filter(({ type }) => type !== 'progress' && type !== 'job'),
      [{ type: 'drawing' }, { type: 'idle' }],
    );
    // A late one finds nothing to cancel.
    await say({ type: 'cancel' });
    await begin(page, 'sun');
    await page.waitForSelector(byId('save'));
  }));

test('a page that follows one that died says what was being drawn; a text that is none of ours says nothing', async () => {
  await inApp(
    async ({ page }) => {
      await page.waitForSelector(byId('page-died'));
      assert.match(await text(page, 'page-died'), /closed by the device while drawing 640 × 512, after step 3:/);
      await press(page, 'draw-again');
      assert.is(await count(page, 'page-died'), 0);
      await waitFor(
        page,
        "(({ seed, keepSeed, prompt }) => seed === 77 && keepSeed && prompt === 'a lost sun')(JSON.parse(localStorage['pocket-diffusion/settings']))",
      );
    },
    JSON.stringify({ width: 640, height: 512, step: 3, settings: { prompt: 'a lost sun', seed: 77, steps: 4 } }),
  );
  await inApp(async ({ page }) => {
    await waitFor(page, says('shelf', /Painter/));
    assert.is(await count(page, 'page-died'), 0);
  }, '{"width":640}');
});

test('what changes at the app is asked for: its models, and what computes', () =>
  inApp(async ({ page, say }) => {
    await waitFor(page, says('shelf', /Painter/));
    const become = (report: HostReport): Promise<unknown> => page.evaluate(`become(${JSON.stringify(report)})`);
    const [npu, native] = REPORT.backends;
    await become({
      ...{ heat: 'none', backends: [{ ...npu!, available: false, why: 'probing' }, native!] },
      models: [MODEL, { ...MODEL, id: 'host:b', name: 'Sketcher' }],
    });
    await say({ type: 'changed', what: 'models' });
    await waitFor(page, says('shelf', /Painter.*Sketcher/));
    await waitFor(page, says('why-npu', /^NPU: it is being tested$/));
    // One that was drawn with is gone: another is in use.
    await page.evaluate(`[...document.querySelectorAll('${byId('model')} input')].at(-1).click()`);
    await waitFor(
      page,
      `document.querySelector('${byId('model')}[data-chosen="true"]').textContent.includes('Sketcher')`,
    );
    await become(REPORT);
    await say({ type: 'changed', what: 'something that nobody knows' });
    await waitFor(page, `!document.querySelector('${byId('shelf')}').textContent.includes('Sketcher')`);
    assert.is(await count(page, 'why-npu'), 1, 'this model is not for the NPU');
    await waitFor(page, `document.querySelector('${byId('model')}[data-chosen="true"]').textContent.includes('demo')`);
  }));

test('heat is said once when it slows drawings, and once when it stops them', () =>
  inApp(async ({ page, say }) => {
    const become = async (heat: HostReport['heat']): Promise<void> => {
      await page.evaluate(`become(${JSON.stringify({ ...REPORT, heat })})`);
      await say({ type: 'changed', what: 'thermal' });
    };
    await become('slowed');
    await waitFor(page, says('toast', /^The device is hot: it draws more slowly/));
    await press(page, 'toast-away');
    await waitFor(page, `!document.querySelector('${byId('toast')}')`);
    await become('slowed');
    await become('stopped');
    await waitFor(page, says('toast', /^The device is too hot/));
  }));

test.run();
