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

const bytesOf = (blocks: readonly (readonly number[])[], copies: number): number =>
  4 * copies * sum(blocks.flat().map((size) => size ** 2)) + 14 * Math.max(...blocks.flat()) ** 2;

for (const copies of [1, 2]) {
  test(`with room for all, nothing is cut; with less, what ${copies} copies take fits, and nothing is cut finer than memory asks for`, () => {
    const whole = blocksWithin(LAYERS, Number.POSITIVE_INFINITY, copies);
    assert.equal(
      whole,
      LAYERS.map(({ columns }) => [columns]),
    );
    let largest = bytesOf(whole, copies);
    assert.equal(blocksWithin(LAYERS, largest, copies), whole);
    for (const share of [0.99, 0.6, 0.4, 0.2]) {
      const blocks = blocksWithin(LAYERS, share * bytesOf(whole, copies), copies);
      const bytes = bytesOf(blocks, copies);
      assert.ok(bytes <= share * bytesOf(whole, copies), `${bytes} of ${share}`);
      assert.ok(bytes <= largest && bytes > 0.4 * share * bytesOf(whole, copies), `${bytes} is little of ${share}`);
      for (const [i, { columns }] of LAYERS.entries()) assert.is(sum(blocks[i]!), columns);
      largest = bytes;
    }
  });
}

test('where there is no room at all, blocks are as small as they get', () => {
  const blocks = blocksWithin(LAYERS, 0);
  assert.equal(blocks[2], new Array(5).fill(LEAST_COLUMNS));
  assert.equal(blocks[3], [1280]);
  assert.is(blocks[0]!.length, 10);
});

test.run();
