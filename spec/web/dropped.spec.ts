import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type DroppedEntry, pickedEntries } from '../../web/dropped';

const file = (name: string): DroppedEntry => ({
  ...{ name, isDirectory: false },
  file: (resolve) => resolve({ name } as never),
});

/** Browsers hand the children out in portions, and end with an empty one. */
const folder = (name: string, children: readonly DroppedEntry[], portion = 100): DroppedEntry => ({
  ...{ name, isDirectory: true },
  createReader: () => {
    const left = [...children];
    return { readEntries: (resolve) => resolve(left.splice(0, portion)) };
  },
});

const paths = (picked: Awaited<ReturnType<typeof pickedEntries>>) =>
  picked.map((files) => files.map(({ path }) => path));

test('a file is itself; a folder is its files, with their paths below its name', async () => {
  const model = folder('model', [
    file('model_index.json'),
    folder('unet', [file('config.json'), file('w.safetensors')]),
  ]);
  assert.equal(paths(await pickedEntries([file('x.safetensors'), model])), [
    ['x.safetensors'],
    ['model/model_index.json', 'model/unet/config.json', 'model/unet/w.safetensors'],
  ]);
});

test('a large folder is read to its end', async () => {
  const many = Array.from({ length: 250 }, (_, index) => file(`${index}`));
  assert.is((await pickedEntries([folder('f', many)]))[0]!.length, 250);
});

test('what cannot be read is said', async () => {
  const gone: DroppedEntry = { name: 'x', isDirectory: false, file: (_, reject) => reject(new Error('gone')) };
  await pickedEntries([gone]).then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, 'gone'),
  );
});

test.run();
