/** A result in place of an earlier one: whole, or without a manifest. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { replaceOutputs } from '../../../workers/quantize/replacedOutputs.node';

let scratch = '';
test.before.each(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'replaced-'));
});
test.after.each(() => rm(scratch, { recursive: true, force: true }));

const MANIFESTS = ['layers.json', 'budgets.json', 'manifest.json', 'npu.json'];

async function write(folder: string, content: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const whole = join(scratch, folder, path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, content);
  }
}

/** Files of the result, with what is in them. */
async function found(folder: string): Promise<string[]> {
  const entries = await readdir(join(scratch, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const told = await Promise.all(
    files.map(async (file) => `${file.slice(join(scratch, folder).length + 1)}: ${await readFile(file, 'utf8')}`),
  );
  return told.sort();
}

test('nothing of the earlier result is left, all of the new one is there, and what is others’ stays', async () => {
  await write('out', 'old', [...MANIFESTS, '512x512/unet.1.onnx', '512x512/unet.1.weights', 'unet.weights']);
  await write('out', 'old', ['256x256/vae_decoder.onnx', 'every-size/text_encoder.onnx', 'token_table.bin']);
  await write('out', 'theirs', ['contexts/SM8650/unet.onnx', '256x256/notes.txt', 'photo.png']);
  await write('made', 'new', ['manifest.json', 'layers.json', 'unet.weights', '256x256/unet.onnx']);
  await replaceOutputs(join(scratch, 'made'), join(scratch, 'out'));
  assert.equal(await found('out'), [
    '256x256/notes.txt: theirs',
    '256x256/unet.onnx: new',
    'contexts/SM8650/unet.onnx: theirs',
    'layers.json: new',
    'manifest.json: new',
    'photo.png: theirs',
    'unet.weights: new',
  ]);
  assert.equal(
    (await readdir(join(scratch, 'out'))).filter((name) => /x512|every/.test(name)),
    [],
  );
});

test('where it fails on the way, no manifest speaks for the mixture', async () => {
  await write('out', 'old', [...MANIFESTS, 'unet.weights']);
  // A folder that is no file of ours stands where one is to come.
  await write('out', 'theirs', ['vae_decoder.weights/inner.txt']);
  await write('made', 'new', [...MANIFESTS, 'unet.weights', 'vae_decoder.weights']);
  const error = await replaceOutputs(join(scratch, 'made'), join(scratch, 'out')).then(
    () => undefined,
    (thrown: NodeJS.ErrnoException) => thrown.code,
  );
  assert.ok(error === 'EISDIR' || error === 'ENOTEMPTY' || error === 'EEXIST', `${error}`);
  const left = (await found('out')).filter((told) => MANIFESTS.some((name) => told.startsWith(name)));
  assert.equal(left, []);
});

test.run();
