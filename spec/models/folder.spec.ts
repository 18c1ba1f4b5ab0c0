import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diskFolder } from '../../models/folder.node';
import { pickedFolder } from '../../models/folder.picked';
import type { Folder } from '../../models/source';
import { rejects } from './rejects';

const BYTES = Uint8Array.from({ length: 100 }, (_, i) => i);

async function behaves(folder: Folder): Promise<void> {
  assert.equal(folder.paths(), ['a.txt', 'unet/config.json']);
  assert.is(await folder.file('unet'), undefined);
  assert.is(await folder.file('../a.txt'), undefined);
  const file = (await folder.file('unet/config.json'))!;
  assert.equal([file.name, file.size], ['unet/config.json', 100]);
  assert.equal(await file.read(10, 13), Uint8Array.of(10, 11, 12));
  assert.is((await file.read(100, 100)).length, 0);
  await rejects(() => file.read(90, 101), 'bad-model', 'unet/config.json');
}

test('a picked folder lists its files and reads slices of them', async () => {
  const picked = (path: string) => ({ path, file: new Blob([BYTES]) });
  await behaves(pickedFolder([picked('unet/config.json'), picked('a.txt')]));
});

test('a directory does the same, and notices a file that became shorter', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'pocket-'));
  try {
    await mkdir(join(directory, 'unet'));
    await writeFile(join(directory, 'a.txt'), 'a');
    await writeFile(join(directory, 'unet/config.json'), BYTES);
    const folder = await diskFolder(directory);
    await behaves(folder);
    const file = (await folder.file('unet/config.json'))!;
    await truncate(join(directory, 'unet/config.json'), 50);
    const whole = join(directory, 'unet/config.json');
    await rejects(() => file.read(40, 60), 'bad-model', `${whole}: expected bytes 40 to 60`, 'an end at 50');
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a directory that is not there is a bad model', () =>
  rejects(() => diskFolder('/no/such/model'), 'bad-model', '/no/such/model'));

test.run();
