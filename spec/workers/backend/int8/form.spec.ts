/** Kernels for a memory that is not shared: what a page has that is not cross-origin isolated. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bestForm, formOf } from '../../../../workers/backend/int8/form';
import { nodeForm } from '../../../../workers/backend/int8/int8.node';
import { instantiate } from '../../../../workers/backend/int8/kernels';
import { threadsOf } from '../../../../workers/backend/int8/threads';
import { differentAt, madeUp, onKernels } from './network';
import { oneThread } from './oneThread';
import { randomNetwork } from './randomNetwork';

const memory = (shared: boolean) => new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared });

test('each module takes the memory that it is made for, and no other', async () => {
  for (const shared of [true, false]) {
    const { form, module, numbers } = (await formOf('words', shared))!;
    assert.is(form, 'words');
    assert.is(numbers.bytes, 2);
    assert.is(typeof instantiate(module, memory(shared)).run, 'function');
    assert.throws(
      () => instantiate(module, memory(!shared)),
      ({ name }: Error) => name === 'LinkError',
    );
  }
});

test('without shared memory the same form is the best, where one is exact', async () => {
  const [shared, alone] = [await bestForm(true), await bestForm(false)];
  assert.is(alone.form, shared.form);
  assert.equal(alone.numbers.range(64), shared.numbers.range(64));
  assert.is((await formOf('relaxed', false)) === undefined, (await nodeForm('relaxed')) === undefined);
});

test('a network in a memory of one thread gives the same bits as in a shared one, and that memory is none', async () => {
  const form = (await formOf('words', false))!;
  const alone = threadsOf(form, false);
  const team = await alone.gather('any', 1);
  assert.ok(team.memory.buffer instanceof ArrayBuffer);
  team.dismiss();
  const shared = await oneThread('words');
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const { describe, inputs } = randomNetwork(seed);
    const made = madeUp(describe, seed);
    const [found, expected] = [
      await onKernels(describe, made, inputs, alone, false),
      await onKernels(describe, made, inputs, shared, false),
    ];
    assert.equal(Object.keys(found), Object.keys(expected));
    for (const [name, tensor] of Object.entries(found)) assert.is(differentAt(tensor, expected[name]!), -1, name);
  }
});

test.run();
