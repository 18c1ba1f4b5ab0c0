import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleScripts } from '../../build/bundle';
import { compressTwins } from '../../build/compress';
import { openOutput } from '../../build/output';
import { fetchedWith, isOurs } from '../../build/size';

test('the page is its script, its style and its worker; ORT is in chunks that do not count as ours', async () => {
  const scripts = await bundleScripts();
  const ours = scripts.filter(isOurs).map(({ path }) => path);
  assert.ok(ours.includes('main.js'));
  assert.ok(ours.includes('engine.worker.js'));
  const ort = scripts.filter(({ path }) => path.endsWith('.js') && !ours.includes(path));
  assert.is(ort.length, 2); // onnxruntime-web/wasm and onnxruntime-web
  for (const { path } of ort) assert.match(path, /^chunk-|^ort/);
  assert.ok(scripts.some(({ path }) => path === 'main.css'));
});

test('a visit fetches what page and engine import, and neither every language nor what is folded away or comes from outside', async () => {
  const scripts = (await bundleScripts()).filter(isOurs);
  const visit = fetchedWith(['main.js', 'engine.worker.js'], scripts);
  const holding = (part: string) => scripts.filter(({ inputs }) => inputs.some((input) => input.includes(part)));
  for (const part of ['preact/', 'comlink/', 'workers/store/modelStore']) {
    assert.is(holding(part).length, 1, part);
    assert.ok(visit.includes(holding(part)[0]!), part);
  }
  const later = ['en', 'zh', 'en.late', 'zh.late'].map((words) => `web/words/${words}.ts`);
  // What draws comes when somebody is about to.
  later.push('workers/pipeline', 'workers/text/tokenizer', 'models/graph/tinyVae');
  later.push('hash-wasm/', 'web/png', 'web/app.ts', 'workers/download/fetchFrom', 'models/lora/merge', 'bridge/client');
  for (const part of later) {
    assert.is(holding(part).length, 1, part);
    assert.not.ok(visit.includes(holding(part)[0]!), part);
  }
});

test('the page names its files relative to itself, and its worker too', async () => {
  const html = await readFile('web/index.html', 'utf8');
  const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link!);
  assert.ok(links.length >= 5);
  for (const link of links) assert.not.match(link, /^\/|^[a-z]+:/, link);
  const manifest = JSON.parse(await readFile('web/manifest.webmanifest', 'utf8'));
  const named = [manifest.start_url, manifest.scope, ...manifest.icons.map((icon: { src: string }) => icon.src)];
  for (const link of named) assert.not.match(link, /^\/|^[a-z]+:/);
  for (const { src } of manifest.icons) assert.ok((await readFile(join('web', src))).length > 0, src);
});

test('a folder is filled again without touching what is right, and what no longer belongs goes with its twins', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'output-'));
  const first = await openOutput(folder);
  await first.place('old.js', Buffer.from('x'.repeat(1000)));
  await first.place('a/kept.js', Buffer.from('kept '.repeat(1000)));
  await compressTwins(folder);
  const twin = await readFile(join(folder, 'a/kept.js.br'));
  const { mtime } = await stat(join(folder, 'a/kept.js'));
  await writeFile(join(folder, 'a/kept.js.br'), twin.subarray(1)); // a mark: untouched if it stays
  await utimes(join(folder, 'a/kept.js.br'), mtime, mtime);

  const second = await openOutput(folder);
  await second.place('a/kept.js', Buffer.from('kept '.repeat(1000)));
  await second.removeOthers();
  await compressTwins(folder);
  const files = (await readdir(folder, { recursive: true })).sort();
  assert.equal(files, ['a', 'a/kept.js', 'a/kept.js.br', 'a/kept.js.gz']);
  assert.is((await readFile(join(folder, 'a/kept.js.br'))).length, twin.length - 1);
  await rm(folder, { recursive: true });
});

test.run();
