/** Which sources are told apart without being read whole. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diskFolder, fileSource } from '../../models/folder.node';
import { pickedSource } from '../../models/folder.picked';
import { fingerprint } from '../../workers/fingerprint';
import { memoryFolder, memorySource } from '../models/memoryFolder';

const LARGE = 40 << 20;
const numbers = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => (i * 7) % 251);

test('the same bytes under the same name are the same, read whole or not', async () => {
  for (const size of [0, 10, LARGE]) {
    assert.is(await fingerprint(memorySource('x', numbers(size))), await fingerprint(memorySource('x', numbers(size))));
    assert.is.not(
      await fingerprint(memorySource('x', numbers(size))),
      await fingerprint(memorySource('y', numbers(size))),
    );
  }
});

test('of a large file less than a tenth is read, and a change all through it is seen nevertheless', async () => {
  const bytes = numbers(LARGE);
  const source = memorySource('x', bytes);
  let read = 0;
  const counted = {
    ...source,
    read: (start: number, end: number) => {
      read += end - start;
      return source.read(start, end);
    },
  };
  const before = await fingerprint(counted);
  assert.ok(read > 2 << 20 && read < LARGE / 10, `${read}`);
  // Weights in the middle that were merged with others; header and end stay.
  const trained = bytes.slice();
  for (let at = LARGE >> 2; at < LARGE >> 1; at += 3) trained[at]! ^= 1;
  assert.is.not(await fingerprint(memorySource('x', trained)), before);
});

test('a small file is known by every byte', async () => {
  const before = await fingerprint(memorySource('x', numbers(3 << 20)));
  const changed = numbers(3 << 20);
  changed[1_700_001]! ^= 1;
  assert.is.not(await fingerprint(memorySource('x', changed)), before);
});

test('a file that was written again is another, on disk as picked in a page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fingerprint-'));
  try {
    const path = join(folder, 'model.safetensors');
    await writeFile(path, numbers(LARGE));
    await utimes(path, 1000, 1000);
    const [file, whole] = [await fingerprint(await fileSource(path)), await fingerprint(await diskFolder(folder))];
    assert.is(await fingerprint(await fileSource(path)), file);
    await utimes(path, 1000, 1001);
    assert.is.not(await fingerprint(await fileSource(path)), file);
    assert.is.not(await fingerprint(await diskFolder(folder)), whole);
  } finally {
    await rm(folder, { recursive: true });
  }
  const picked = (lastModified: number) =>
    fingerprint(pickedSource('x', new File([numbers(100)], 'x', { lastModified })));
  assert.is(await picked(5), await picked(5));
  assert.is.not(await picked(5), await picked(6));
});

test('a folder is known by all its files, and by what it calls them', async () => {
  const files = new Map([
    ['a', numbers(100)],
    ['b/c', numbers(200)],
  ]);
  const before = await fingerprint(memoryFolder(files, 'm'));
  const changed = new Map(files).set('b/c', numbers(201));
  assert.is.not(await fingerprint(memoryFolder(changed, 'm')), before);
  assert.is(await fingerprint(memoryFolder(new Map(files), 'm')), before);
  // The same file under another name in it, which may say what it goes in with.
  const called = (name: string) => {
    const one = memorySource('x', numbers(100));
    return fingerprint({ name: 'm', place: 'm', paths: () => [name], file: async () => one });
  };
  assert.is(await called('lora 0 × 1'), await called('lora 0 × 1'));
  assert.is.not(await called('lora 0 × 1'), await called('lora 0 × 0.5'));
});

test.run();
