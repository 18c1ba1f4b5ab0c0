/** Files of two gigabytes that broke off or lie about themselves: refused by their headers, before a weight is read. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDisk } from '../../../models/openDisk.node';
import { rejects } from '../rejects';
import { writeLyingModel, writeSparseModel } from './sparseModel';

let scratch: string;
test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'full-size-'));
});
test.after(() => rm(scratch, { recursive: true }));

const path = () => join(scratch, 'model.safetensors');

test('whole, it is opened by its header, and is Stable Diffusion 1.5', async () => {
  const bytes = await writeSparseModel(path());
  assert.ok(bytes > 2.1e9, `${bytes} bytes`);
  const { description } = await openDisk(path(), {});
  assert.equal(description.unet.blockOutChannels, [320, 640, 1280, 1280]);
});

test('cut by one byte, in the middle, and within its header: it is cut short, with both sizes', async () => {
  const whole = await writeSparseModel(path());
  for (const length of [whole - 1, 1_500_000_000]) {
    await writeSparseModel(path(), length);
    const words = [`expected ${whole} bytes`, `got ${length} bytes: it is cut short`];
    await rejects(() => openDisk(path(), {}), 'bad-model', path(), ...words);
  }
  await writeSparseModel(path(), 4096);
  await rejects(() => openDisk(path(), {}), 'bad-model', 'where its header ends', 'got 4096 bytes: it is cut short');
});

test('a header that claims 2^60 bytes is not believed, nor allocated', async () => {
  await writeLyingModel(path(), 2n ** 60n);
  await rejects(() => openDisk(path(), {}), 'bad-model', path(), `a header that claims ${2n ** 60n} bytes`);
  // The most that is believed, in a file that could hold it: text it is not.
  await writeLyingModel(path(), 100_000_000n);
  await rejects(() => openDisk(path(), {}), 'bad-model', 'header: expected JSON');
});

test.run();
