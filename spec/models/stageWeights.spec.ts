import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageWeights } from '../../models/stage';
import { weightsInMemory } from '../../models/stageWeights';
import { weightsInTemporaryFile, weightsOnDisk } from '../../models/stageWeights.node';
import { rejects } from './rejects';

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

async function behaves(weights: StageWeights): Promise<void> {
  assert.is(weights.bytes, 1000);
  assert.equal(weights.read(0, 1000), BYTES);
  assert.equal(weights.read(990, 1000), BYTES.subarray(990));
  assert.is(weights.read(1000, 1000).length, 0);
  for (const [begin, end] of [
    [-1, 4],
    [8, 4],
    [990, 1001],
  ] as const) {
    await rejects(() => weights.read(begin, end), 'bad-argument', 'within 1000 bytes', `${begin} to ${end}`);
  }
}

test('weights in memory are read by slices', () => behaves(weightsInMemory(BYTES)));

test('weights on disk are too, and a file that became shorter is noticed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weights-'));
  const path = join(folder, 'unet.weights');
  await writeFile(path, BYTES);
  const weights = weightsOnDisk(path, 1000);
  await behaves(weights);
  await truncate(path, 500);
  await rejects(() => weights.read(499, 502), 'corrupt-store', path, 'an end at 500');
  weights.close();
  await rm(folder, { recursive: true });
});

// A folder of this process alone: others come and go in the system's.
process.env.TMPDIR = await mkdtemp(join(tmpdir(), 'weights-'));
const temporary = (): string[] => readdirSync(tmpdir());

test('a temporary file goes when it is closed, and when what fills it fails', async () => {
  const before = temporary();
  async function* pieces() {
    yield BYTES.subarray(0, 300);
    yield BYTES.subarray(300);
  }
  const weights = await weightsInTemporaryFile(pieces());
  const [folder] = temporary().filter((name) => !before.includes(name));
  await behaves(weights);
  weights.close();
  assert.not(existsSync(join(tmpdir(), folder!)));

  async function* failing() {
    yield BYTES;
    throw new Error('unplugged');
  }
  const left = temporary();
  await weightsInTemporaryFile(failing()).then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, 'unplugged'),
  );
  assert.equal(temporary(), left);
  await rm(tmpdir(), { recursive: true });
});

test.run();
