import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { onceMore } from '../../web/onceMore';

test('what is wanted while it is done is done once more, however often it was wanted', async () => {
  const ends: (() => void)[] = [];
  const again = onceMore(() => new Promise<void>((resolve) => ends.push(resolve)));
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  const all = [again(), again(), again()];
  assert.is(ends.length, 1, 'one at a time');
  ends[0]!();
  await turn();
  assert.is(ends.length, 2);
  ends[1]!();
  await Promise.all(all);
  assert.is(ends.length, 2);
  const later = again();
  assert.is(ends.length, 3);
  ends[2]!();
  await later;
});

test('one that fails is told to all who wanted it, and keeps nobody from the next', async () => {
  let count = 0;
  const again = onceMore(async () => {
    count += 1;
    if (count === 1) throw new Error('the first');
  });
  const said = await Promise.all([again(), again()].map((one) => one.catch(({ message }: Error) => message)));
  assert.equal(said, ['the first', 'the first']);
  await again();
  assert.is(count, 2);
});

test.run();
