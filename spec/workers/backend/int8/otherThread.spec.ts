/** What becomes of whoever waits for another thread: its answers, its death, and its silence. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeHelper } from '../../../../workers/backend/int8/int8.node';
import { type Heard, type Helper, helperOf, workerDied } from '../../../../workers/backend/int8/otherThread';

/** A worker that does what a spec has it do; its seconds take a thousandth. */
function played(): { readonly helper: Helper; readonly heard: Heard } {
  let heard: Heard | undefined;
  const start = (given: Heard) => {
    heard = given;
    return { order: () => undefined, end: () => undefined };
  };
  const helper = helperOf(start, 1);
  return { helper, heard: heard! };
}

const failed = (answer: Promise<void>): Promise<string> =>
  answer.then(
    () => 'answered',
    (error) => `${error.code}: ${error.got}`,
  );

test('answers come in the order in which they are asked for', async () => {
  const { helper, heard } = played();
  const said: number[] = [];
  const both = [1, 2].map((number) => helper.answer().then(() => void said.push(number)));
  heard.answered();
  await both[0];
  assert.equal(said, [1]);
  heard.answered();
  await both[1];
  assert.equal(said, [1, 2]);
});

test('a death is heard by all who wait, and by whoever asks later; the first reason stays', async () => {
  const { helper, heard } = played();
  const waiting = [helper.answer(), helper.answer()];
  assert.is(helper.failure, undefined);
  heard.died(workerDied('a stroke'));
  heard.died(workerDied('its end'));
  for (const answer of [...waiting, helper.answer()]) assert.is(await failed(answer), 'worker-died: a stroke');
  assert.is(helper.failure?.got, 'a stroke');
});

test('one that is ended keeps nobody waiting', async () => {
  const { helper } = played();
  const answer = helper.answer();
  helper.end();
  assert.is(await failed(answer), 'worker-died: its end, which was asked for');
});

test('one that has answered before and says nothing more is taken for dead', async () => {
  const { helper, heard } = played();
  const first = helper.answer();
  heard.answered();
  await first;
  assert.is(await failed(helper.answer()), 'worker-died: no answer for 30 seconds');
  assert.ok(helper.failure);
});

test('one whose program is still on its way is waited for', async () => {
  const { helper, heard } = played();
  const first = helper.answer();
  // Longer than the silence above.
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.is(helper.failure, undefined);
  heard.answered();
  await first;
});

test('in Node, a program that fails before anybody asks is heard of afterwards', async () => {
  const helper = nodeHelper('throw new Error("no such thing")');
  while (!helper.failure) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.is(await failed(helper.answer()), 'worker-died: Error: no such thing');
});

test('in Node, one that ends without a word is heard of as well', async () => {
  const helper = nodeHelper(`require('node:worker_threads').parentPort.on('message', () => process.exit(3))`);
  const answer = helper.answer();
  helper.order({ type: 'memory', team: 0 } as never);
  assert.is(await failed(answer), 'worker-died: its end (3)');
});

test.run();
