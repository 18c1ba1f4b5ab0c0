import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeStream } from '../../models/writeStream.node';
import { rejects } from './rejects';

async function* pieces(...lists: readonly number[][]): AsyncGenerator<Uint8Array> {
  for (const list of lists) yield Uint8Array.from(list);
}

test('what is written is what streamed by, each piece seen before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'write-stream-'));
  const path = join(folder, 'weights');
  const seen: number[] = [];
  assert.is(await writeStream(path, pieces([1, 2, 3], [4, 5]), (piece) => seen.push(piece.length)), 5);
  assert.equal(
    [seen, [...(await readFile(path))]],
    [
      [3, 2],
      [1, 2, 3, 4, 5],
    ],
  );
  await rm(folder, { recursive: true });
});

test('a full disk is said with its place; what the stream itself throws stays as it is', async () => {
  // Linux's disk that is always full.
  await rejects(
    () => writeStream('/dev/full', pieces([1], [2])),
    'storage-full',
    '/dev/full',
    'a full disk after 0 bytes',
  );
  const thrown = new Error('no more');
  const failing = async function* () {
    yield Uint8Array.of(1);
    throw thrown;
  };
  await writeStream('/dev/null', failing()).then(
    () => assert.unreachable(),
    (error) => assert.is(error, thrown),
  );
});

test.run();
