/** A thread that dies, before a run or in its middle: whoever waits for it leaves, says so, and goes on with other threads. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layers } from '../../../../models/graph/layers';
import { notFetched } from '../../../../models/later';
import { weightsInMemory } from '../../../../models/stageWeights';
import { nodeHelper as helperInNode, nodeForm, nodeThreads } from '../../../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../../../workers/backend/int8/int8Stage';
import { type Helper, helperOf, workerDied } from '../../../../workers/backend/int8/otherThread';
import { type Threads, threadsOf } from '../../../../workers/backend/int8/threads';
import { STATE_BYTES, STATE_FIRST } from '../../../../workers/kernels/layout';
import { input, madeUp } from './network';

const SHAPE = [1, 64, 16] as const;
/** `first`, `second` … one after another. */
const NAMES = ['first', 'second', 'third'];
const describe = (net: Layers): void => {
  let x = net.input('x', 'float32', SHAPE);
  for (const name of NAMES) x = net.linear(name, x, 16);
  net.output('y', x);
};
const { tensors, bytes } = madeUp(describe, 5);
const x = input(SHAPE, 1);

const form = (await nodeForm('words'))!;
const open = (threads: Threads) =>
  openInt8Stage({ name: 'little', describe, tensors }, weightsInMemory(bytes), threads, new AbortController().signal);
const drawn = async (threads: Threads) => {
  const stage = await open(threads);
  const { y } = await stage.run({ x });
  await stage.close();
  return y!.data;
};
const EXPECTED = await drawn(await nodeThreads({ threads: 1, form: 'words' }));

/** Ended with the test that it is of, whatever becomes of that. */
const started: Helper[] = [];
function nodeHelper(program?: string): Helper {
  const helper = helperInNode(program);
  started.push(helper);
  return helper;
}
test.after.each(() => {
  for (const helper of started.splice(0)) helper.end();
});

/** A worker that takes a tile of a run's fifth record, does nothing of it, and is no more. */
const DIES = `
const { parentPort } = require('node:worker_threads');
let numbers;
parentPort.on('message', ({ type, memory, begin, state }) => {
  if (type === 'memory') {
    numbers = new Int32Array(memory.buffer);
    return parentPort.postMessage(0);
  }
  // All but the last thread to come have come to the records before.
  const at = (record) => (state + ${STATE_FIRST} + ${STATE_BYTES} * record) / 4;
  for (let record = begin; record < begin + 4; record++) {
    Atomics.add(numbers, at(record) + 1, 1);
    Atomics.notify(numbers, at(record) + 1);
  }
  Atomics.add(numbers, at(begin + 4), 1);
  process.exit(7);
});`;

const died = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it came to its end',
    (error) => `${error.code}: ${error.argument}: ${error.got}`,
  );

/** As nothing ends it but the spec. */
const unending = (helper: Helper): Helper => ({
  order: (order) => helper.order(order),
  answer: () => helper.answer(),
  get failure() {
    return helper.failure;
  },
  end: () => undefined,
});

test('one that dies with a tile in its hands is missed, in the layer that it was in, and all others leave', async () => {
  const survivor = nodeHelper();
  const crews = [
    [nodeHelper(DIES), unending(survivor)],
    [nodeHelper(), nodeHelper()],
  ];
  let started = 0;
  const start = (): Helper => crews.flat()[started++]!;
  const threads = threadsOf(form, true, { count: 2, start, sliceMilliseconds: 10 });
  const stage = await open(threads);
  // Each layer is two records: rows quantized, and their product.
  assert.is(await died(stage.run({ x })), 'worker-died: little: third: its end (7)');
  assert.is(await died(stage.run({ x })), 'worker-died: little: third: its end (7)', 'who has it open hears it again');
  await stage.close();
  // The survivor would not hear this in the middle of a run.
  const answer = survivor.answer();
  survivor.order({ type: 'memory', team: 9, module: form.module, memory: sharedPage() });
  await answer;
  survivor.end();
  assert.is(started, 2);
  assert.equal(await drawn(threads), EXPECTED, 'whoever opens it anew has new threads');
  assert.is(started, 4);
  threads.close();
});

test('one that says nothing at all is missed as well', async () => {
  let helpers = 0;
  const silent = (): Helper =>
    helperOf(({ answered }) => ({
      order: ({ type }) => void (type === 'memory' && setTimeout(answered)),
      end: () => undefined,
    }));
  const start = (): Helper => (helpers++ === 0 ? silent() : nodeHelper());
  const threads = threadsOf(form, true, { count: 1, start, sliceMilliseconds: 5 });
  assert.is(await died(drawn(threads)), 'worker-died: little: first: a thread that came to no end');
  assert.equal(await drawn(threads), EXPECTED);
  threads.close();
});

test('one that is known to be dead is not waited for', async () => {
  let kill = (): void => undefined;
  let helpers = 0;
  const mortal = (): Helper => {
    const real = nodeHelper();
    const dead = workerDied('a stroke');
    let failure: typeof dead | undefined;
    kill = () => {
      failure = dead;
      real.end();
    };
    return {
      ...unending(real),
      get failure() {
        return failure;
      },
    };
  };
  const start = (): Helper => (helpers++ === 0 ? mortal() : nodeHelper());
  const threads = threadsOf(form, true, { count: 1, start, sliceMilliseconds: 10 });
  const stage = await open(threads);
  assert.equal((await stage.run({ x })).y!.data, EXPECTED);
  kill();
  // Not of a layer: none was begun.
  assert.is(await died(stage.run({ x })), 'worker-died: a thread of the kernels: a stroke');
  assert.equal(await drawn(threads), EXPECTED);
  assert.is(helpers, 2);
  threads.close();
});

test('a program that does not arrive is fetched again when it is asked for, and is said where it still does not', async () => {
  let helpers = 0;
  const missing = (): Helper =>
    helperOf(({ died }) => {
      setTimeout(() => died(notFetched('404')));
      return { order: () => undefined, end: () => undefined };
    });
  const start = (): Helper => (helpers++ < 2 ? missing() : nodeHelper());
  const threads = threadsOf(form, true, { count: 1, start });
  // It is known before anybody asks.
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(await died(open(threads)), 'download-failed: program: 404');
  assert.is(helpers, 2);
  assert.equal(await drawn(threads), EXPECTED);
  threads.close();
});

test('what is closed ends its threads, and what was open on them', async () => {
  let ends = 0;
  const start = (): Helper => {
    const helper = nodeHelper();
    const end = (): void => {
      ends++;
      helper.end();
    };
    return { ...unending(helper), end };
  };
  const threads = threadsOf(form, true, { count: 2, start });
  const stage = await open(threads);
  threads.close();
  assert.is(ends, 2);
  assert.match(await died(stage.run({ x })), /^worker-died: /);
});

const sharedPage = (): WebAssembly.Memory => new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });

test.run();
