/** The app saves what the page gives out: its script, run in the page under the page's policy, hands a blob over in pieces. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromRoot } from '../root';
import { visit } from './page';

const SOURCE = 'bridge-android/app/src/main/java/pocketdiffusion/app/BlobPull.java';
const GREETING = 'pocket-diffusion-save';
/** Three pieces, the last of them short. */
const BYTES = 2 * 786_432 + 5;

/** The Java's text for `url`. */
async function script(url: string): Promise<string> {
  const source = await readFile(fromRoot(SOURCE), 'utf8');
  assert.ok(source.includes(`GREETING = "${GREETING}"`));
  const body = /static String script\(String url\) \{\n {4}return ([\s\S]*?);\n {2}\}/.exec(source)![1]!;
  const words = body.replace(/^\s*\/\/.*$/gm, '').matchAll(/"(?:[^"\\]|\\.)*"|\bGREETING\b|\burl\b/g);
  return [...words]
    .map(([word]) => (word === 'url' ? url : word === 'GREETING' ? GREETING : JSON.parse(word)))
    .join('');
}

/** In the page: posts a port as the app does, and collects what comes of asking. */
const PULL = `new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  const heard = [];
  port1.onmessage = ({ data }) => {
    heard.push(data);
    if (data === '' || data === '!') resolve(heard);
    else port1.postMessage('next');
  };
  postMessage('${GREETING}', '*', [port2]);
  port1.postMessage('next');
})`;

async function inPage(work: (evaluate: (text: string) => Promise<unknown>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'saves-'));
  try {
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>x</title><link rel="icon" href="data:,">');
    await visit(folder, ({ page }) => work((text) => page.evaluate(text)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a blob arrives whole, in its order', () =>
  inPage(async (evaluate) => {
    const made = `URL.createObjectURL(new Blob([Uint8Array.from({length: ${BYTES}}, (_, i) => i % 251)]))`;
    await evaluate(await script((await evaluate(made)) as string));
    const pieces = (await evaluate(PULL)) as string[];
    assert.is(pieces.length, 4);
    const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64')));
    assert.is(bytes.length, BYTES);
    assert.ok(bytes.every((byte, i) => byte === i % 251));
  }));

test('a blob that is gone is told', () =>
  inPage(async (evaluate) => {
    const revoked = `(() => { const url = URL.createObjectURL(new Blob(['x'])); URL.revokeObjectURL(url); return url; })()`;
    await evaluate(await script((await evaluate(revoked)) as string));
    assert.equal(await evaluate(PULL), ['!']);
  }));

test.run();
