import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChunkWeights } from '../../../workers/store/chunkWeights';
import { someBytes } from './storeFixture';

const LARGE = 100 * 1024;
const CHUNK = 256 * 1024;
const BYTES = someBytes(2 * CHUNK + 1000, 3);
const chunks = (): ArrayBuffer[] =>
  [0, 1, 2].map((index) => BYTES.slice(index * CHUNK, (index + 1) * CHUNK).buffer as ArrayBuffer);

/** Large tensors one after another, 64 bytes apart, and a bias at the end of the first chunk. */
const TENSORS = [
  { offset: 0, bytes: LARGE },
  { offset: LARGE + 64, bytes: LARGE },
  { offset: CHUNK - 128, bytes: 64 },
  { offset: CHUNK - 64, bytes: LARGE }, // lies in two chunks
  { offset: CHUNK + LARGE, bytes: LARGE },
];

test('a chunk is let go with the last of its large tensors, whatever their order; biases can be asked for again', () => {
  let told = 0;
  const weights = new ChunkWeights(chunks(), TENSORS, () => {
    told += 1;
  });
  const read = (index: number) => {
    const { offset, bytes } = TENSORS[index]!;
    assert.equal(weights.read(offset, offset + bytes), BYTES.subarray(offset, offset + bytes));
    return weights.held;
  };
  assert.is(weights.held, 2 * CHUNK); // nothing asks for the third
  assert.is(read(3), 2 * CHUNK);
  assert.is(read(0), 2 * CHUNK);
  assert.is(read(1), CHUNK);
  assert.is(read(2), CHUNK);
  assert.is(read(2), CHUNK);
  assert.is(read(4), 0);
  assert.throws(() => read(0), /bad-picture: weights 0 to 102400: expected to be read once, got a second read/);
  assert.is(told, 1);
});

test('without a list of tensors everything stays until it is closed', () => {
  const weights = new ChunkWeights(chunks());
  assert.equal(weights.read(0, BYTES.length), BYTES);
  assert.equal(weights.read(0, BYTES.length), BYTES);
  weights.close();
  assert.is(weights.held, 0);
});

test.run();
