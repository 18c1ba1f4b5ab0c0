/** What was looked at makes room for what comes: the garbage collector would leave hundreds of megabytes lying about. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkedChunks } from '../../../workers/store/checkChunks';
import { sha256 } from '../../../workers/store/chunks';
import type { ChunkReader } from '../../../workers/store/shelf';

const COUNT = 6;

/** The buffers that chunks come in, read as a file is: into the spare one where there is one. */
async function read(keep: boolean): Promise<Set<ArrayBuffer>> {
  const content = Array.from({ length: COUNT }, (_, index) => Uint8Array.of(index, 1, 2));
  const chunks = await Promise.all(content.map(async (bytes) => ({ sha256: await sha256(bytes), bytes: 3 })));
  const chunk = async (index: number, spare = new ArrayBuffer(3)): Promise<ArrayBuffer> => {
    new Uint8Array(spare).set(content[index]!);
    return spare;
  };
  const buffers = new Set<ArrayBuffer>();
  let index = 0;
  for await (const got of checkedChunks({ chunk } as unknown as ChunkReader, { chunks }, { name: 'x', keep })) {
    assert.equal(new Uint8Array(got), content[index]);
    // The next is being read already: not over this one.
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(new Uint8Array(got), content[index++]);
    buffers.add(got);
  }
  assert.is(index, COUNT);
  return buffers;
}

test('chunks that are only looked at take turns in two buffers; those to be kept have one each', async () => {
  assert.is((await read(false)).size, 2);
  assert.is((await read(true)).size, COUNT);
});

test.run();
