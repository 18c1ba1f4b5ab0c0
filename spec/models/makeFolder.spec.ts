/** Folders in folders, and places that refuse them. */
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeFolder } from '../../models/makeFolder.node';

const code = (path: string): Promise<string> =>
  makeFolder(path).then(
    () => 'made',
    (error) => error.code,
  );

test('a folder is made with those it lies in, once or twice or at once; a link to a folder is one', async () => {
  const root = await mkdtemp(join(tmpdir(), 'make-folder-'));
  await symlink(root, join(root, 'link'));
  for (const path of ['a/b/c', 'a/b/c', 'link', 'link/d/']) assert.is(await code(join(root, path)), 'made');
  assert.ok((await stat(join(root, 'd'))).isDirectory());
  const both = await Promise.all([code(join(root, 'x/y')), code(join(root, 'x/y'))]);
  assert.equal(both, ['made', 'made']);
  await rm(root, { recursive: true });
});

test('what stands in the way is told, and so is a system that says no, where Node itself never comes back', async () => {
  const root = await mkdtemp(join(tmpdir(), 'make-folder-'));
  await writeFile(join(root, 'file'), '');
  assert.is(await code(join(root, 'file')), 'EEXIST');
  assert.is(await code(join(root, 'file/x')), 'ENOTDIR');
  await rm(root, { recursive: true });
  if (process.platform === 'linux') assert.is(await code('/proc/pocket-diffusion/x'), 'ENOENT');
});

test.run();
