/** Blocks of second moments: as large as memory allows. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LayerInput } from '../../../../models/graph/qnn/layerInputs';
import { blockSizes, blocksWithin, LEAST_COLUMNS } from '../../../../models/quantize/calibrate/momentBlocks';

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

test('blocks are as large as may be, about equal, and keep channels together', () => {
  assert.equal(blockSizes(320, 32, 2304), [320]);
  assert.equal(blockSizes(11520, 9, 2304), [2304, 2304, 2304, 2304, 2304]);
  assert.equal(blockSizes(5120, 32, 2304), [1696, 1696, 1728]);
  for (const [columns, unit] of [
    [23040, 9],
    [768, 32],
    [36, 9],
    [2880, 9],
  ] as const) {
    for (const most of [2304, 4000]) {
      const sizes = blockSizes(columns, unit, most);
      assert.is(sum(sizes), columns);
      for (const size of sizes) assert.ok(size % unit === 0 && size <= most && size > 0, `${sizes}`);
    }
  }
});

const layer = (columns: number, kernel: number): LayerInput => {
  const geometry = { height: 8, width: 8, kernel, stride: 1, before: 0, outHeight: 8, outWidth: 8 };
  return { name: 'x', keys: ['a.weight'], columns, geometry };
};
/** As a block of Stable Diffusion has them that joins 1280 channels to 1280. */
const LAYERS = [layer(23040, 3), layer(2560, 1), layer(11520, 3), layer(1280, 1)];

// In n blocks 23040 columns take (4 n + 14) (23040 / n)² bytes: 9.6, 2.9, 1.53, 0.995, 0.72 GB for n = 1 to 5.
for (const [gigabytes, count] of [
  [9.6, 1],
  [9.5, 2],
  [2.93, 2],
  [2.9, 3],
  [1.54, 3],
  [1.5, 4],
  [1, 4],
  [0.99, 5],
] as const) {
  test(`23040 inputs in ${gigabytes} GB: ${count} blocks`, () => {
    const [sizes] = blocksWithin([layer(23040, 3)], 1e9 * gigabytes);
    assert.is(sizes!.length, count, `${sizes}`);
    for (const size of sizes!) assert.ok(Math.abs(size - 23040 / count) < 9, `${sizes}`);
  });
}

test('moments of all layers count, and twice where there are two of each', () => {
  // 4 (23040² + 2560² + 11520² + 1280²) + 14 · 23040², and 4 of all once more: 10.12 and 12.81 GB.
  const whole = LAYERS.map(({ columns }) => [columns]);
  assert.equal(blocksWithin(LAYERS, 10.13e9), whole);
  assert.equal(blocksWithin(LAYERS, 10.11e9)[0], [11520, 11520]);
  assert.equal(blocksWithin(LAYERS, 10.11e9)[2], [11520], 'what is no wider is not cut');
  assert.equal(blocksWithin(LAYERS, 12.83e9, 2), whole);
  assert.equal(blocksWithin(LAYERS, 12.7e9, 2)[0], [11520, 11520]);
});

test('where there is no room at all, blocks are as small as they get', () => {
  const blocks = blocksWithin(LAYERS, 0);
  assert.equal(blocks[2], new Array(5).fill(LEAST_COLUMNS));
  assert.equal(blocks[3], [1280]);
  assert.is(blocks[0]!.length, 10);
});

test.run();
