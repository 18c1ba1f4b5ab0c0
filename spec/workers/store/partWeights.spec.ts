/** Weights out of IndexedDB for one part of a network at a time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { partWeights } from '../../../workers/store/partWeights';
import { someBytes } from './storeFixture';

const CHUNK = 256 * 1024;
const BYTES = someBytes(4 * CHUNK + 1000, 3);
const chunks = [0, 1, 2, 3, 4].map((index) => BYTES.slice(index * CHUNK, (index + 1) * CHUNK));

function opened() {
  const fetched: string[] = [];
  const stored = { chunks: chunks.map(({ length }, index) => ({ sha256: `${index}`, bytes: length })) };
  const weights = partWeights(stored, async (first, end) => {
    fetched.push(`${first}-${end}`);
    return chunks.slice(first, end).map((bytes) => bytes.slice().buffer as ArrayBuffer);
  });
  return { weights, fetched };
}

const FIRST = [
  { offset: 0, bytes: 64 },
  { offset: 100_032, bytes: CHUNK },
];
const SECOND = [{ offset: 2 * CHUNK + 64, bytes: 2 * CHUNK }];

test('of each part the chunks it lies in are fetched, again when it is asked for again', async () => {
  const { weights, fetched } = opened();
  assert.is(weights.bytes, BYTES.length);
  for (const part of [FIRST, SECOND, FIRST]) {
    await weights.prepare!(part);
    for (const { offset, bytes } of part)
      assert.equal(weights.read(offset, offset + bytes), BYTES.subarray(offset, offset + bytes));
  }
  assert.equal(fetched, ['0-2', '2-5', '0-2']);
});

test('of a part that lies here and there the chunks between are left where they are', async () => {
  const { weights, fetched } = opened();
  const part = [{ offset: 4 * CHUNK + 64, bytes: 100 }, ...FIRST];
  await weights.prepare!(part);
  for (const { offset, bytes } of part)
    assert.equal(weights.read(offset, offset + bytes), BYTES.subarray(offset, offset + bytes));
  assert.equal(fetched, ['0-2', '4-5']);
  assert.throws(() => weights.read(3 * CHUNK, 3 * CHUNK + 64));
});

test('what belongs to another part, or lies outside, is not to be had', async () => {
  const { weights } = opened();
  await weights.prepare!(SECOND);
  assert.throws(() => weights.read(0, 64));
  assert.throws(() => weights.read(BYTES.length - 10, BYTES.length + 1), /a range within/);
  weights.close();
  assert.throws(() => weights.read(SECOND[0]!.offset, SECOND[0]!.offset + CHUNK));
});

test.run();
