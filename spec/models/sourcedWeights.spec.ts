/** Weights straight out of a file: the bytes that packing would have written, those that were prepared and no others. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedEncoder } from '../../build/fidelityIpAdapter';
import { imageEncoding } from '../../models/ipAdapter/openImageEncoder';
import { packedBytes } from '../../models/pack';
import { sourcedWeights } from '../../models/sourcedWeights';
import type { TensorSource } from '../../models/tensorSource';
import { rejects } from './rejects';
import { packedWeights } from './runStage';

const { tensors, source } = imageEncoding(await hashedEncoder(), 'image_embeds');

test('each tensor is as it would be packed, and is read when it is prepared, not before', async () => {
  const packed = await packedWeights(tensors, source);
  const asked: string[] = [];
  const noting: TensorSource = {
    ...source,
    read(name, rows) {
      asked.push(name);
      return source.read(name, rows);
    },
  };
  const weights = sourcedWeights(tensors, noting);
  assert.is(weights.bytes, packedBytes(tensors));
  assert.equal(asked, []);
  for (const part of [tensors.slice(0, 5), tensors.slice(5)]) {
    await weights.prepare!(part);
    assert.equal(new Set(asked.splice(0)), new Set(part.map(({ name }) => name)));
    for (const { offset, bytes } of part)
      assert.equal(weights.read(offset, offset + bytes), packed.subarray(offset, offset + bytes));
  }
});

test('what was not prepared, or is no longer, is refused, and so is what lies outside', async () => {
  const weights = sourcedWeights(tensors, source);
  const [first, second] = tensors as [(typeof tensors)[number], (typeof tensors)[number]];
  const read = ({ offset, bytes }: typeof first) => weights.read(offset, offset + bytes);
  await rejects(() => read(first), 'bad-argument', 'a tensor that was prepared', `at ${first.offset}`, 'none');
  await weights.prepare!([first]);
  read(first);
  await weights.prepare!([second]);
  await rejects(() => read(first), 'bad-argument', 'a tensor that was prepared');
  await rejects(() => weights.read(second.offset, second.offset + 4), 'bad-argument', '4 bytes', `${second.bytes}`);
  await rejects(() => weights.read(0, weights.bytes + 1), 'bad-argument', `within ${weights.bytes} bytes`);
  weights.close();
  await rejects(() => read(second), 'bad-argument', 'a tensor that was prepared');
});

test.run();
