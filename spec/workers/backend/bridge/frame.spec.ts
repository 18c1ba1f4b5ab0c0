/** Frames of the bridge: the vectors that Java passes too, and damage. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { frameVector, tensorVector } from '../../../../build/bridge/vector';
import { decodeFrame, encodeFrame } from '../../../../workers/backend/bridge/frame';
import { rejects } from '../../../models/rejects';
import { bufferOf, vectors } from './vectors';

for (const { sentence, base64, metadata, tensors, error } of vectors.frames) {
  if (error) test(`refuses ${sentence}`, () => rejects(() => decodeFrame(bufferOf(base64)), 'bad-host', 'frame'));
  else {
    test(`reads ${sentence}`, () => {
      const { metadata: read, tensors: found } = frameVector(bufferOf(base64));
      assert.equal(read, metadata);
      assert.equal(Object.entries(found), Object.entries(tensors!));
    });
  }
}

test('the vectors hold both kinds', () => {
  const broken = vectors.frames.filter(({ error }) => error).length;
  assert.ok(broken >= 40 && vectors.frames.length - broken >= 10, `${broken} of ${vectors.frames.length}`);
});

const FRAME = encodeFrame(
  { type: 'run', protocol: '1', call: '3' },
  { note: tensorVector.bytes('abc'), ids: tensorVector.ints([1, 2], [5, -6]), x: tensorVector.floats([3], [1, 2, 3]) },
);

test('decoding gives back what was encoded, numbers where they lie in the frame', () => {
  const { metadata, tensors } = decodeFrame(FRAME);
  assert.equal(
    [...metadata],
    [
      ['type', 'run'],
      ['protocol', '1'],
      ['call', '3'],
    ],
  );
  assert.equal(tensors.get('ids'), tensorVector.ints([1, 2], [5, -6]));
  assert.equal(tensors.get('x'), tensorVector.floats([3], [1, 2, 3]));
  assert.equal(tensors.get('note'), tensorVector.bytes('abc'));
  assert.is(tensors.get('x')!.data.buffer, FRAME);
});

test('a frame cut anywhere, or with a byte too many, is refused', async () => {
  for (let length = 0; length < FRAME.byteLength; length++) {
    await rejects(() => decodeFrame(FRAME.slice(0, length)), 'bad-host', 'frame');
  }
  const longer = new Uint8Array(FRAME.byteLength + 1);
  longer.set(new Uint8Array(FRAME));
  await rejects(() => decodeFrame(longer.buffer), 'bad-host', 'where the last tensor ends');
});

test('a frame above 64 MiB is refused unread, and never written', async () => {
  await rejects(() => decodeFrame(new ArrayBuffer((64 << 20) + 1)), 'bad-host', '67108864', '67108865');
  const data = new Uint8Array(64 << 20);
  await rejects(
    () => encodeFrame({ type: 'a' }, { a: { type: 'uint8', shape: [data.length], data } }),
    'bad-argument',
    '67108864',
  );
});

test('text is no frame', () => rejects(() => decodeFrame('text'), 'bad-host', 'ArrayBuffer', 'string'));

test.run();
