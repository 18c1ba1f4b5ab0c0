/** Regions that share memory by turns. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALIGNMENT, arenaOf, type Life } from '../../../../workers/backend/int8/arena';
import { uniform } from './network';

const life = (name: string, bytes: number, first: number, last: number): Life => ({
  region: { name, bytes },
  ...{ first, last },
});

test('two that are never needed together lie in the same place, two that are do not', () => {
  const lives = [life('a', 640, 0, 1), life('b', 640, 2, 3), life('c', 64, 1, 2)];
  const { offsets, bytes } = arenaOf(lives);
  const [a, b, c] = lives.map(({ region }) => offsets.get(region)!);
  assert.is(a, 0);
  assert.is(b, 0);
  assert.is(c, 640);
  assert.is(bytes, 704);
});

test('the last reader of one and the writer of the next in the same instruction do not share', () => {
  const lives = [life('read', 64, 0, 5), life('written', 64, 5, 6)];
  assert.is(arenaOf(lives).bytes, 128);
});

test('whatever the lives, no two overlap in time and place, and none is out of line', () => {
  const random = uniform(1);
  const whole = (below: number): number => Math.floor(((random() + 1) / 2) * below);
  for (let round = 0; round < 200; round++) {
    const lives = Array.from({ length: 1 + whole(30) }, (_, i) => {
      const first = whole(20);
      return life(`${i}`, 1 + whole(5000), first, first + whole(8));
    });
    const { offsets, bytes } = arenaOf(lives);
    for (const [i, x] of lives.entries()) {
      const at = offsets.get(x.region)!;
      assert.is(at % ALIGNMENT, 0);
      assert.ok(at + x.region.bytes <= bytes);
      for (const y of lives.slice(i + 1)) {
        const other = offsets.get(y.region)!;
        const apart = at + x.region.bytes <= other || other + y.region.bytes <= at;
        assert.ok(apart || x.last < y.first || y.last < x.first, `${round}: ${i}`);
      }
    }
  }
});

test('it takes no more than everything at its fullest moment, where sizes are equal', () => {
  const lives = Array.from({ length: 12 }, (_, i) => life(`${i}`, 256, i, i + 2));
  // Three at a time, by the lives' length.
  assert.is(arenaOf(lives).bytes, 3 * 256);
});

test.run();
