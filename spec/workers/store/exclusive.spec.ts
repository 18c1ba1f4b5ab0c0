import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exclusive, type Locks } from '../../../workers/store/exclusive';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('without Web Locks: one after another, and a failed one does not block the next', async () => {
  const lock = exclusive('x', undefined);
  const order: string[] = [];
  const first = lock.run(async () => {
    order.push('first in');
    await turn();
    order.push('first out');
    throw new Error('first');
  });
  const second = lock.run(async () => order.push('second'));
  await lock.runIfFree(async () => void order.push('never'));
  await first.catch((error) => order.push(error.message));
  await second;
  await turn();
  await lock.runIfFree(async () => void order.push('free'));
  assert.equal(order, ['first in', 'first out', 'first', 'second', 'free']);
});

test('with Web Locks: asks under its name, and stays out where the lock is held elsewhere', async () => {
  const asked: string[] = [];
  const held = {
    request: async (name: string, ...rest: unknown[]) => {
      asked.push(name);
      const work = rest.at(-1) as (lock: object | null) => Promise<unknown>;
      return work(rest.length === 2 ? null : {});
    },
  } as Locks;
  const lock = exclusive('store', held);
  let ran = false;
  await lock.runIfFree(async () => {
    ran = true;
  });
  assert.not(ran);
  assert.is(await lock.run(async () => 7), 7);
  assert.equal(asked, ['store', 'store']);
});

test.run();
