/** Weights off by random noise: of the size that is asked for, the same however they are read, and matrices alone. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { disturbed } from '../../../build/bench/disturbedPictures';
import { bytesOf } from '../../../models/floats';
import type { TensorSource } from '../../../models/tensorSource';

const [rows, columns] = [100, 80];
const exact = Float32Array.from({ length: rows * columns }, (_, i) => 2 + Math.sin(i));
const source: TensorSource = {
  name: 'made up',
  names: () => ['matrix', 'bias'],
  info: (tensor) => {
    const shape = tensor === 'matrix' ? [rows, columns] : [rows * columns];
    return { dtype: 'F32', shape, bytes: exact.byteLength };
  },
  read: async () => bytesOf(exact),
};
const floats = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);

test('a level is the spread of the relative errors, which are none on average', async () => {
  const level = 0.01;
  const got = floats(await disturbed(source, level).read('matrix'));
  const errors = exact.map((value, i) => got[i]! / value - 1);
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const spread = Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / errors.length);
  // Of 8,000 normals the spread is known within 1 / √16,000, and the mean within 1 / √8,000 of it: five times that.
  assert.ok(Math.abs(spread / level - 1) < 0.04, `${spread}`);
  assert.ok(Math.abs(mean / level) < 0.056, `${mean}`);
});

test('some rows are those of the whole, and the source stays as it was', async () => {
  const before = exact.slice();
  const whole = await disturbed(source, 0.1).read('matrix');
  const some = await disturbed(source, 0.1).read('matrix', { begin: 30, end: 50 });
  assert.equal(floats(some), floats(whole).subarray(30 * columns, 50 * columns));
  assert.equal(exact, before);
});

test('what has one axis is exact, and level 0 disturbs nothing', async () => {
  assert.equal(floats(await disturbed(source, 0.1).read('bias')), exact);
  assert.equal(floats(await disturbed(source, 0).read('matrix')), exact);
});

test.run();
