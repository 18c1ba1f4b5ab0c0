/** The page with a host on the JVM beside it: who computes, what happens when it dies, models that only it has, how it is found. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { buildHost, type RunningHost, startHost } from '../../build/host/startHost';
import { main as convert } from '../../models/convert';
import { commandPicture, draw, PATIENCE, same, scratchFolder, textOf, type, writeRandomModel } from './enginePage';
import { byId, canvasPixels, type Visit, visit } from './page';

const FOLDER = 'dist/spec-hosted';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
/** The page's demo model and another, as folders of a checkpoint and as the host takes them. */
const demo = { model: '', folder: '' };
const other = { model: '', folder: '' };
/** The demo model again, for pictures that take long enough to die in. */
let large: string;
const LARGE = [256, 256] as const;

test.before(async () => {
  await buildHost();
  scratch = await scratchFolder();
  for (const [made, name] of [
    [demo, 'B'],
    [other, 'A'],
  ] as const) {
    made.model = await writeRandomModel(join(scratch.path, `model-${name}`), name);
    made.folder = join(scratch.path, `hosted-${name}`);
    assert.is(await convert([made.model, '--out', made.folder]), 0);
  }
  large = join(scratch.path, 'large');
  assert.is(await convert([demo.model, '--out', large, '--width', '256', '--height', '256']), 0);
  await bundle(FOLDER, demo.model);
});
test.after(() => scratch.remove());

interface Together extends Visit {
  readonly host: RunningHost;
}

/** The page with its model, and a host with both models that the page was told of. */
const together = (work: (opened: Together) => Promise<void>): Promise<void> =>
  visit(FOLDER, async (opened) => {
    const { page, url } = opened;
    await page.waitForSelector(byId('model'), PATIENCE);
    const host = await startHost([demo.folder, large, other.folder], [new URL(url).origin]);
    try {
      await page.evaluate(`location.hash = 'bridge=${host.port}.${host.token}'`);
      await page.waitForSelector(byId('backend-native-cpu'), PATIENCE);
      await work({ ...opened, host });
    } finally {
      await host.stop();
    }
  });

/**
 * The app, as the page meets it: a control port handed to the top frame, and for each `connect` on it a port of its own
 * that carries base64. Behind it, as behind the app's, is a host; here it is reached by a WebSocket.
 */
const appOver = ({ port, token }: RunningHost): string => `(() => {
  window.connected = 0;
  const control = new MessageChannel();
  const toBase64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(''));
  control.port2.onmessage = ({ data }) => {
    if (data !== 'connect') return;
    const { port1, port2 } = new MessageChannel();
    const socket = new WebSocket('ws://127.0.0.1:${port}/', ['pocket-diffusion', 'token.${token}']);
    socket.binaryType = 'arraybuffer';
    const open = new Promise((resolve) => { socket.onopen = resolve; });
    port2.onmessage = async (event) => {
      await open;
      socket.send(Uint8Array.from(atob(event.data), (letter) => letter.charCodeAt(0)));
    };
    socket.onmessage = (event) => port2.postMessage(toBase64(event.data));
    window.connected += 1;
    control.port2.postMessage('connected', [port1]);
  };
  return control.port1;
})()`;

/**
 * The app, as the page meets it where the WebView carries bytes: an object that is there before its first script, to which it brings a
 * port for each `connect`. As Chromium's, it answers by an event that has nothing but data (android_webkit's js_binding.cc).
 */
const objectOver = ({ port, token }: RunningHost): string => `(() => {
  window.forms = new Set();
  const app = window.pocketDiffusion = {
    onmessage: null,
    postMessage(text, [port] = []) {
      if (text !== 'connect') return;
      const socket = new WebSocket('ws://127.0.0.1:${port}/', ['pocket-diffusion', 'token.${token}']);
      socket.binaryType = 'arraybuffer';
      const open = new Promise((resolve) => { socket.onopen = resolve; });
      port.onmessage = async ({ data }) => {
        window.forms.add(data.constructor.name);
        await open;
        socket.send(data);
      };
      socket.onmessage = ({ data }) => port.postMessage(data, [data]);
      setTimeout(() => app.onmessage({ data: 'connected' }), 0);
    },
  };
})()`;

const choose = (page: Visit['page'], id: string): Promise<unknown> =>
  page.evaluate(`document.querySelector('${byId(id)}:not(:disabled)').click()`);

test('the host draws what the page draws, and leaves it a size that it does not have; both are timed, and the token does not stay in the address', () =>
  together(async ({ page, url, complaints }) => {
    await choose(page, 'backend-native-cpu');
    same(await draw(page, { steps: 3 }), await commandPicture({ steps: 3 }, '--model', demo.model));
    assert.match(await textOf(page, 'facts'), /on the CPU \(native\)$/);
    assert.match(await textOf(page, 'took-native-cpu'), /^CPU \(native\): \d+ seconds? last time \(.*, 3 steps\)$/);
    assert.is(await textOf(page, 'why-npu'), 'NPU: this device has none that is known');
    assert.is(await page.evaluate('location.href'), url);
    // A reload is no other tab: the host is still known, and so is what was measured.
    await page.reload();
    await page.waitForSelector(byId('took-native-cpu'), PATIENCE);
    await page.waitForSelector(`${byId('backend-native-cpu')}:checked`, PATIENCE);
    const size = [72, 64] as const;
    same(await draw(page, { steps: 2, size }), await commandPicture({ steps: 2, size }, '--model', demo.model));
    assert.match(await textOf(page, 'why-native-cpu'), /^CPU \(native\): draws this model at 96 × 96, 256 × 256$/);
    assert.match(await textOf(page, 'facts'), /on the CPU$/);
    assert.equal(complaints, []);
  }));

test('a host that is killed in step 7 of 20 leaves the right picture', () =>
  together(async ({ page, host }) => {
    const asked = { steps: 20, size: LARGE };
    await type(page, asked);
    await choose(page, 'backend-native-cpu');
    await page.click(byId('draw'));
    await page.waitForFunction('/Step ([6-9]|1\\d) of 20/.test(document.body.textContent)', PATIENCE);
    assert.is(await page.$(byId('toast')), null, 'until then the host draws');
    host.process.kill('SIGKILL');
    await page.waitForSelector(byId('toast'), PATIENCE);
    assert.is(await textOf(page, 'toast'), 'CPU (native) stopped computing. CPU goes on with the picture.');
    await page.waitForSelector(`${byId('save')}, ${byId('problem')}`, PATIENCE);
    same((await canvasPixels(page)).pixels, await commandPicture(asked, '--model', demo.model));
    assert.match(await textOf(page, 'facts'), /on the CPU$/);
    await page.waitForSelector(byId('backend-native-cpu'), { hidden: true });
  }));

test('a model that only the host has is drawn there, and offers nothing that would need its files', () =>
  together(async ({ page, complaints }) => {
    const cards = await page.$$eval(byId('model'), (all) =>
      all.map((card) => (card as unknown as { textContent: string }).textContent),
    );
    assert.is(cards.length, 2, 'the demo model is one, here and there');
    assert.match(cards[1]!, /hosted-A.*in the app/);
    await page.evaluate(`document.querySelectorAll('${byId('model')} input')[1].click()`);
    assert.is((await page.$$(byId('about'))).length, 1);
    assert.match(await textOf(page, 'why-wasm'), /only in the app/);
    same(await draw(page, { steps: 2 }), await commandPicture({ steps: 2 }, '--model', other.model));
    assert.match(await textOf(page, 'facts'), /on the CPU \(native\)$/);
    await page.reload();
    await page.waitForSelector(`${byId('model')}[data-chosen="true"]`, PATIENCE);
    assert.match(await textOf(page, 'shelf'), /hosted-A/);
    const chosen = await page.$eval(
      `${byId('model')}[data-chosen="true"]`,
      (card) => (card as unknown as { textContent: string }).textContent,
    );
    assert.match(chosen, /hosted-A/, 'the choice outlives the visit');
    assert.equal(complaints, []);
  }));

test('the app hands its port to the page once, and nobody who only says that it is the app is believed', () =>
  visit(FOLDER, async ({ page, url, complaints }) => {
    await page.waitForSelector(byId('model'), PATIENCE);
    const host = await startHost([demo.folder], [new URL(url).origin]);
    try {
      const heard = `new Promise((resolve) => { addEventListener('message', resolve, { once: true }); SAY })`;
      const strangers = [
        // The page itself, a frame in it, and one that is gone before it is heard.
        `postMessage('pocket-diffusion', '*', [${appOver(host)}])`,
        `const frame = document.body.appendChild(document.createElement('iframe'));
         new frame.contentWindow.MessageChannel();
         frame.contentWindow.setTimeout(() => parent.postMessage('pocket-diffusion', '*', [window.stray]), 0)`,
        `const frame = document.body.appendChild(document.createElement('iframe'));
         dispatchEvent(new MessageEvent('message', { data: 'pocket-diffusion', origin, ports: [window.stray] }))`,
      ];
      for (const say of strangers) {
        await page.evaluate(`window.stray = ${appOver(host)}`);
        await page.evaluate(heard.replace('SAY', () => say));
        await page.evaluate('new Promise((resolve) => setTimeout(resolve, 50))');
        assert.is(await page.evaluate('connected'), 0, say);
      }
      assert.is(await page.$(byId('app-models')), null);
      const said = `{ data: 'pocket-diffusion', ports: [${appOver(host)}] }`;
      await page.evaluate(`dispatchEvent(new MessageEvent('message', ${said}))`);
      await page.waitForSelector(byId('backend-native-cpu'), PATIENCE);
      await choose(page, 'backend-native-cpu');
      same(await draw(page, { steps: 3 }), await commandPicture({ steps: 3 }, '--model', demo.model));
      assert.match(await textOf(page, 'facts'), /on the CPU \(native\)$/);
      // A second app is none.
      await page.evaluate(
        `dispatchEvent(new MessageEvent('message', { data: 'pocket-diffusion', ports: [${appOver(host)}] }))`,
      );
      assert.equal([await page.evaluate('connected'), complaints], [0, []]);
    } finally {
      await host.stop();
    }
  }));

test('where the app put an object into the page, frames cross as bytes, from the first visit on', () =>
  visit(FOLDER, async ({ page, url, complaints }) => {
    const host = await startHost([demo.folder], [new URL(url).origin]);
    try {
      await page.evaluateOnNewDocument(objectOver(host));
      await page.reload();
      await page.waitForSelector(`${byId('backend-native-cpu')}:not(:disabled)`, PATIENCE);
      await choose(page, 'backend-native-cpu');
      same(await draw(page, { steps: 3 }), await commandPicture({ steps: 3 }, '--model', demo.model));
      assert.match(await textOf(page, 'facts'), /on the CPU \(native\)$/);
      assert.equal([await page.evaluate('[...forms]'), complaints], [['ArrayBuffer'], []]);
      assert.ok(await page.$(byId('app-models')));
      // It has its app: another is not believed.
      await page.evaluate(
        `dispatchEvent(new MessageEvent('message', { data: 'pocket-diffusion', ports: [${appOver(host)}] }))`,
      );
      assert.is(await page.evaluate('connected'), 0);
    } finally {
      await host.stop();
    }
  }));

/** An app whose host says `answer` to whatever it hears; nothing, where that is empty. */
const appThatSays = (answer: string): string => `(() => {
  window.heard = 0;
  const app = window.pocketDiffusion = {
    onmessage: null,
    postMessage(text, [port] = []) {
      if (text !== 'connect') return;
      port.onmessage = () => {
        window.heard += 1;
        ${answer && `port.postMessage(${answer});`}
      };
      setTimeout(() => app.onmessage({ data: 'connected' }), 0);
    },
  };
})()`;

test('a host that never answers, or with what is no frame, or in another form, leaves the page to itself', () =>
  visit(FOLDER, async ({ page, complaints }) => {
    for (const answer of ['', 'new ArrayBuffer(64)', '"AAAA"']) {
      await page.evaluateOnNewDocument(appThatSays(answer));
      await page.reload();
      await page.waitForSelector(byId('model'), PATIENCE);
      await page.waitForFunction('heard > 0', PATIENCE);
      same(await draw(page, { steps: 2 }), await commandPicture({ steps: 2 }, '--model', demo.model));
      assert.match(await textOf(page, 'facts'), /on the CPU$/, answer);
      assert.equal([await page.$(byId('backend-native-cpu')), complaints], [null, []], answer);
    }
  }));

test.run();
