/** Conversions are made once, appear whole, and are made again where they are damaged. */
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { CodedError } from '../../../models/errors';
import { planModel } from '../../../models/planModel';
import { type Conversion, conversionsFolder, convertedOnce } from '../../../workers/cli/conversions';
import { memoryFolder } from '../../models/memoryFolder';
import { randomModelFiles } from '../../models/randomModel';
import { rejects } from '../../models/rejects';

let [root, folder] = ['', ''];
test.before.each(async () => {
  root = await mkdtemp(join(tmpdir(), 'conversions-'));
  folder = join(root, 'made', 'when', 'needed');
});
test.after.each(() => rm(root, { recursive: true }));

async function conversion(name: 'A' | 'B'): Promise<Conversion> {
  const files = memoryFolder(await randomModelFiles(name));
  const checkpoint = await openDiffusersFolder(files);
  return { checkpoint, manifest: planModel(checkpoint), files };
}

const never = new AbortController().signal;
const silent = () => undefined;

test('the second time nothing is converted, and the same weights come out', async () => {
  const model = await conversion('B');
  const first = await convertedOnce(model, folder, silent, never);
  const second = await convertedOnce(model, folder, () => assert.unreachable('converted again'), never);
  assert.equal([first.fresh, second.fresh], [true, false]);
  assert.is(second.path, first.path);
  const read = await second.weights('unet');
  assert.is(read.bytes, model.manifest.stages.unet.bytes);
  read.close();
  assert.is((await readdir(folder)).length, 1);
});

test('other files, or the same packed in another way, are another conversion', async () => {
  const a = await conversion('A');
  const b = await conversion('B');
  const paths = new Set<string>();
  for (const model of [a, b, { ...b, manifest: { ...b.manifest, description: a.manifest.description } }]) {
    paths.add((await convertedOnce(model, folder, silent, never)).path);
  }
  assert.is(paths.size, 3);
});

test('a damaged one is made again, be it cut, changed in one bit, or without a manifest that can be read', async () => {
  const model = await conversion('B');
  const { path } = await convertedOnce(model, folder, silent, never);
  const weights = await readFile(join(path, 'unet.weights'));
  const flipped = Uint8Array.from(weights);
  flipped[weights.length >> 1]! ^= 1;
  for (const damage of [
    () => truncate(join(path, 'unet.weights'), 1000),
    () => writeFile(join(path, 'unet.weights'), flipped),
    () => writeFile(join(path, 'manifest.json'), '{"format"'),
  ]) {
    await damage();
    assert.is((await convertedOnce(model, folder, silent, never)).fresh, true);
    assert.equal(await readFile(join(path, 'unet.weights')), weights);
  }
  assert.is((await convertedOnce(model, folder, silent, never)).fresh, false);
});

test('what nobody drew with for a month goes when another is made', async () => {
  const [a, b] = [await conversion('A'), await conversion('B')];
  const { path } = await convertedOnce(b, folder, silent, never);
  const aged = async (days: number) => {
    const then = new Date(Date.now() - days * 86_400_000);
    await utimes(join(path, 'manifest.json'), then, then);
  };
  await aged(29);
  const { path: first } = await convertedOnce(a, folder, silent, never);
  assert.is((await readdir(folder)).length, 2);
  // Drawn with: its month begins anew.
  await aged(31);
  assert.is((await convertedOnce(b, folder, silent, never)).fresh, false);
  await rm(first, { recursive: true });
  await convertedOnce(a, folder, silent, never);
  assert.is((await readdir(folder)).length, 2);
  await aged(31);
  await rm(first, { recursive: true });
  await convertedOnce(a, folder, silent, never);
  assert.equal(await readdir(folder), [first.slice(folder.length + 1)]);
});

test('looking whether it is whole can be stopped', async () => {
  const model = await conversion('B');
  await convertedOnce(model, folder, silent, never);
  // As Ctrl-C does it: the reason is a coded error, as damage is.
  const reason = new CodedError('aborted', { argument: 'Ctrl-C', expected: 'to finish', got: 'a stop' });
  const stopped = convertedOnce(model, folder, () => assert.unreachable('converted'), AbortSignal.abort(reason));
  assert.is(await stopped.catch((thrown: Error) => thrown), reason);
});

test('a stopped one leaves nothing, and what a killed process left is swept', async () => {
  const model = await conversion('B');
  const abort = new AbortController();
  const stopped = convertedOnce(model, folder, () => abort.abort(new Error('stopped')), abort.signal);
  assert.is(await stopped.catch((thrown: Error) => thrown.message), 'stopped');
  assert.equal(await readdir(folder), []);

  // No process has the largest id that Linux hands out.
  for (const name of ['killed.4194304.part', `running.${process.pid}.part`]) await mkdir(join(folder, name));
  await writeFile(join(folder, 'note.txt'), 'not ours');
  await convertedOnce(model, folder, silent, never);
  const names = (await readdir(folder)).filter((name) => !/^[0-9a-f]{64}$/.test(name));
  assert.equal(names.sort(), ['note.txt', `running.${process.pid}.part`]);
});

test('a place where nothing can be kept is told in words', async () => {
  const file = join(tmpdir(), `conversions-${process.pid}`);
  await writeFile(file, '');
  const model = await conversion('B');
  await rejects(() => convertedOnce(model, join(file, 'x'), silent, never), 'bad-argument', 'converted models', file);
  await rm(file);
});

test('kept where each system keeps what can be made again', () => {
  assert.is(conversionsFolder({ POCKET_DIFFUSION_CACHE: '/here' }, 'linux'), '/here');
  assert.is(conversionsFolder({ XDG_CACHE_HOME: '/cache' }, 'linux'), '/cache/pocket-diffusion');
  assert.match(conversionsFolder({}, 'linux'), /\/\.cache\/pocket-diffusion$/);
  assert.match(conversionsFolder({}, 'darwin'), /\/Library\/Caches\/pocket-diffusion$/);
  assert.match(conversionsFolder({ LOCALAPPDATA: 'C:\\Local' }, 'win32'), /^C:\\Local.pocket-diffusion.cache$/);
});

test.run();
