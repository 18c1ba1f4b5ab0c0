/** What was looked at goes at once: the garbage collector would leave a network of 900 MB lying about. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkedChunks } from '../../../workers/store/checkChunks';
import { sha256 } from '../../../workers/store/chunks';
import type { ChunkReader } from '../../../workers/store/shelf';

/** Chunks that tell when their memory is given back, as browsers' own buffers do (Node 20 has none that can). */
async function chunksOf(count: number) {
  const gone: number[] = [];
  const buffers = Array.from({ length: count }, (_, index) =>
    Object.assign(Uint8Array.of(index, 1, 2).buffer, { transfer: (bytes: number) => gone.push(index + bytes) }),
  );
  const chunks = await Promise.all(buffers.map(async (buffer) => ({ sha256: await sha256(buffer), bytes: 3 })));
  const reader = { chunk: async (index: number) => buffers[index] } as unknown as ChunkReader;
  return { gone, chunks, reader };
}

test('a chunk goes when the next is asked for, and stays where it is to be kept', async () => {
  const { gone, chunks, reader } = await chunksOf(3);
  const before: number[] = [];
  for await (const _ of checkedChunks(reader, { chunks }, { name: 'x' })) before.push(gone.length);
  assert.equal(
    [before, gone],
    [
      [0, 1, 2],
      [0, 1, 2],
    ],
  );
  const kept = await chunksOf(3);
  const { chunks: records } = kept;
  for await (const _ of checkedChunks(kept.reader, { chunks: records }, { name: 'x', keep: true }));
  assert.equal(kept.gone, []);
});

test.run();
