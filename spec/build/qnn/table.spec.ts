/** When the emulator's numbers are good enough: what `npm run test:qnn` exits with hangs on it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Found } from '../../../build/qnn/emulator';
import type { Job } from '../../../build/qnn/quantizedStage';
import { line, passes } from '../../../build/qnn/table';

const job: Job = { name: 'unet.1', network: 'unet', inputs: {}, outputs: {}, samples: 1, again: true, least: 50 };
const compiled = { seconds: 1, peakBytes: 2e9, contextBytes: 3e6 };
const found: Found = { ...compiled, toExact: 50, reloaded: 999, toFloat: 38, exactToFloat: 39.5 };

test('in 16 bits the emulator must keep to the graph’s own arithmetic', () => {
  assert.ok(passes(job, found));
  assert.not(passes(job, { ...found, toExact: 49.9 }));
  assert.ok(passes({ ...job, least: 40 }, { ...found, toExact: 49.9 }));
});

test('in 8 bits it must be as close to float32 as the graph’s own arithmetic, or a decibel less', () => {
  const { least: _, ...narrow } = job;
  assert.not(passes(narrow, found));
  assert.ok(passes(narrow, { ...found, toExact: 24, toFloat: 38.5 }));
});

test('a compiled graph that is read again gives what it gave, where it was run again', () => {
  assert.not(passes(job, { ...found, reloaded: 20 }));
  const { reloaded: _, ...once } = found;
  assert.ok(passes(job, once));
});

test('what is no number never passes, in 16 bits or 8', () => {
  const { least: _, ...narrow } = job;
  for (const some of [job, narrow]) {
    for (const name of ['toExact', 'reloaded', 'toFloat', 'exactToFloat'] as const) {
      const fine = { ...found, toFloat: 39.5 };
      assert.ok(passes(some, fine));
      assert.not(passes(some, { ...fine, [name]: null }), name);
      assert.not(passes(some, { ...fine, [name]: Number.NaN }), name);
    }
    assert.not(passes(some, { ...found, notFinite: 'noise' }));
  }
  assert.match(
    line(job, 'SM8650', { ...found, toExact: null, notFinite: 'noise' }),
    / NaN .*FAIL noise is not finite$/,
  );
});

test('where there is no float32 to compare with, the graph’s own arithmetic is enough', () => {
  const { toFloat: _, exactToFloat: __, ...alone } = found;
  const { least: ___, ...narrow } = job;
  assert.ok(passes(job, alone) && passes(narrow, alone));
  assert.not(passes(job, { ...alone, toExact: 49 }));
});

test('a graph that is only compiled passes, one that is not fails with the reason', () => {
  assert.ok(passes(job, compiled));
  assert.not(passes(job, 'ended by SIGSEGV'));
  assert.match(line(job, 'SM8650', 'ended by SIGSEGV'), /^unet\.1 +SM8650 +FAIL ended by SIGSEGV$/);
  assert.match(line(job, 'SM8650', { ...found, toExact: 3 }), /3\.0 MB +3 .*FAIL$/);
});

test.run();
