/** A single file through the real engine in Chromium: picked, converted into the store, and drawn with as by the command. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import type { ImageEvent, ImageRequest, ImportEvent } from '../../workers/api';
import { singleFile } from '../models/singleFile/smallModel';
import { commandPicture, PROMPT, ready, same } from './enginePage';

const FOLDER = 'dist/spec-import';
const MODEL = 'small.safetensors';

test.before(async () => {
  await bundle(FOLDER);
  // Served beside the page, so that the page can make a Blob of it, as a picker would.
  await writeFile(join(FOLDER, MODEL), await singleFile());
});

/**
 * Starts an engine of its own and talks to it as web/engine.ts does through Comlink, but by hand: each call is an `APPLY`
 * whose last argument is a port, on which events arrive until the last one.
 */
const ENGINE = `(async () => {
  const worker = new Worker('engine.worker.js', { type: 'module' });
  const call = (method, ...given) => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const events = [];
    port1.onmessage = ({ data }) => {
      events.push(data);
      if (['imported', 'finished', 'failed'].includes(data.type)) resolve(events);
    };
    const argumentList = [...given, port2].map((value) => ({ type: 'RAW', value }));
    worker.postMessage({ id: method, type: 'APPLY', path: [method], argumentList }, [port2]);
  });
  const file = await (await fetch('${MODEL}')).blob();
  const cut = file.slice(0, file.size - 1);
  const refused = await call('importModel', [{ path: '${MODEL}', file: cut }], {});
  const imported = await call('importModel', [{ path: '${MODEL}', file }], {});
  const { model } = imported.at(-1);
  const drawn = model ? await call('draw', model.id, 'wasm', REQUEST) : [];
  return { refused, imported, drawn: drawn.map((event) =>
    event.type === 'image' ? { ...event, picture: { ...event.picture, pixels: [...event.picture.pixels] } } : event) };
})()`;

interface Told {
  readonly refused: ImportEvent[];
  readonly imported: ImportEvent[];
  readonly drawn: ImageEvent[];
}

test('a single file is converted into the store and draws what the command draws; a truncated one is refused', () =>
  ready(FOLDER, async ({ page }) => {
    const request: ImageRequest = {
      prompt: PROMPT,
      negativePrompt: '',
      seed: 1,
      steps: 2,
      guidanceScale: 7.5,
      width: 64,
      height: 72,
      scheduler: 'pndm',
      numImages: 1,
      guidance: 'two-calls',
      memory: 'auto',
    };
    const told = (await page.evaluate(ENGINE.replace('REQUEST', JSON.stringify(request)))) as Told;
    const refusal = told.refused.at(-1)!;
    assert.is(refusal.type === 'failed' && refusal.code, 'bad-model', JSON.stringify(refusal));
    const last = told.imported.at(-1)!;
    assert.is(last.type, 'imported', JSON.stringify(last));
    assert.equal(last.type === 'imported' && [last.model.name, last.model.origins], ['small', ['file']]);
    const image = told.drawn.find((event) => event.type === 'image');
    assert.ok(image, JSON.stringify(told.drawn.at(-1)));
    const command = await commandPicture({ steps: 2, size: [64, 72] }, '--model', join(FOLDER, MODEL));
    same(Buffer.from(image.picture.pixels), command);
  }));

test.run();
