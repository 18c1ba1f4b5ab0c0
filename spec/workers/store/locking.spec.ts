import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Locks, locking, withinThread } from '../../../workers/store/locking';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('within a thread: one after another, and a failed one does not block the next', async () => {
  const locks = locking('', withinThread());
  const order: string[] = [];
  const first = locks.alone('x', async () => {
    order.push('first in');
    await turn();
    order.push('first out');
    throw new Error('first');
  });
  const second = locks.alone('x', async () => order.push('second'));
  await locks.alone('y', async () => order.push('another name'));
  assert.not(await locks.aloneIfFree('x', async () => void order.push('never')));
  await first.catch((error) => order.push(error.message));
  await second;
  assert.ok(await locks.aloneIfFree('x', async () => void order.push('free')));
  assert.equal(order, ['first in', 'another name', 'first out', 'second', 'first', 'free']);
});

test('within a thread: sharers together, nobody alone beside them, and who waits alone is not overtaken', async () => {
  const locks = locking('', withinThread());
  const order: string[] = [];
  const [one, two] = await Promise.all([locks.share('x'), locks.share('x')]);
  assert.not(await locks.aloneIfFree('x', async () => void order.push('never')));
  const alone = locks.alone('x', async () => void order.push('alone'));
  const late = locks.share('x').then((letGo) => {
    order.push('late');
    letGo();
  });
  one();
  await turn();
  assert.equal(order, []);
  two();
  await Promise.all([alone, late]);
  assert.equal(order, ['alone', 'late']);
});

test('with Web Locks: asks under its name, and stays out where the lock is held elsewhere', async () => {
  const asked: unknown[] = [];
  const held: Locks = {
    request: async (name, options, work) => {
      asked.push([name, options]);
      return work(options.ifAvailable ? null : {});
    },
  };
  const locks = locking('store/', held);
  assert.not(await locks.aloneIfFree('a', async () => assert.unreachable()));
  assert.is(await locks.alone('a', async () => 7), 7);
  (await locks.share('a'))();
  assert.equal(asked, [
    ['store/a', { ifAvailable: true }],
    ['store/a', {}],
    ['store/a', { mode: 'shared' }],
  ]);
});

test.run();
