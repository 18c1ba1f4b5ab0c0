/** What a machine says that it has. */
import { totalmem } from 'node:os';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { memoryOf, nodeDevice } from '../../../workers/memory/device.node';
import { GIB } from './fullSize';

test('in a container, what it leaves counts', () => {
  assert.is(memoryOf(16 * GIB, 2 * GIB), 2 * GIB);
  for (const none of [0, undefined, 2 ** 63]) assert.is(memoryOf(16 * GIB, none), 16 * GIB);
});

test('this machine has a heap and some memory, no more than is built in', () => {
  const { heapBytes, memoryBytes } = nodeDevice();
  assert.ok(heapBytes >= GIB && heapBytes <= 4 * GIB, `${heapBytes}`);
  assert.ok(memoryBytes! >= GIB / 2 && memoryBytes! <= totalmem(), `${memoryBytes}`);
});

test.run();
