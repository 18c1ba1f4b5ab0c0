/** Differences of pictures: amplified until one number in a hundred would be cut off. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { differenceOf } from '../../../../models/quantize/report/difference';

const picture = (level: (i: number) => number): Uint8Array => Uint8Array.from({ length: 1000 }, (_, i) => level(i));

for (const [title, off, amplified] of [
  ['one off by 200 among some by 20', (i: number) => (i === 7 ? 200 : i % 2 ? 20 : 0), 12],
  ['ten off by 200, which are a hundredth', (i: number) => (i < 10 ? 200 : 20), 12],
  ['eleven off by 200, which are more', (i: number) => (i < 11 ? 200 : 20), 1],
  ['all off by 128', () => 128, 1],
  ['all off by 127', () => 127, 2],
  ['hardly off at all', (i: number) => i % 2, 64],
  ['the same', () => 0, 64],
] as const) {
  test(`${title}: × ${amplified}, whichever is the brighter`, () => {
    const [dark, bright] = [picture(() => 20), picture((i) => 20 + off(i))];
    for (const pair of [
      [dark, bright],
      [bright, dark],
    ] as const) {
      const found = differenceOf(...pair);
      assert.is(found.amplified, amplified);
      assert.equal(
        found.pixels,
        picture((i) => Math.min(255, amplified * off(i))),
      );
    }
  });
}

test.run();
