/** The quality of int8, by every prompt that it is promised for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { int8Pictures, meanDecibels } from '../../build/bench/int8Pictures';
import { fromRoot } from '../root';

test('32 pictures from int8 weights are at 35 dB from the exact ones, on the mean', async () => {
  const compared = [];
  for await (const one of int8Pictures(32, fromRoot('.'))) compared.push(one);
  assert.is(compared.length, 32);
  assert.ok(meanDecibels(compared) >= 35, JSON.stringify(compared));
});

test.run();
