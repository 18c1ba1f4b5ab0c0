import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawingProgress } from '../../../workers/cli/progress';

test('where stderr is piped, a drawing tells its step and the time left now and then', () => {
  const written: string[] = [];
  let now = 0;
  const stream = { isTTY: false, write: (text: string) => written.push(text) };
  const progress = drawingProgress({ numImages: 2 }, stream, () => now);
  for (let index = 1; index <= 5; index += 1) {
    now += 4000;
    progress.show({ type: 'step', image: 1, index, of: 20, milliseconds: 4000 });
  }
  progress.end();
  // 40 steps in all: 23 are done at 12 s.
  assert.equal(written, ['picture 2 of 2, step 3 of 20, 68 s left\n']);
});

test('of a picture that is drawn alone, the steps are all there are', () => {
  const written: string[] = [];
  let now = 0;
  const stream = { isTTY: false, write: (text: string) => written.push(text) };
  const progress = drawingProgress({ numImages: 2, only: 1 }, stream, () => now);
  for (let index = 1; index <= 5; index += 1) {
    now += 4000;
    progress.show({ type: 'step', image: 1, index, of: 20, milliseconds: 4000 });
  }
  progress.end();
  // 20 steps in all: 3 are done at 12 s.
  assert.equal(written, ['picture 2 of 2, step 3 of 20, 68 s left\n']);
});

test('steps of a larger pass count as many times as their pixels', () => {
  const written: string[] = [];
  let now = 0;
  const stream = { isTTY: false, write: (text: string) => written.push(text) };
  const progress = drawingProgress({ numImages: 2 }, stream, () => now);
  // A step, then two of four times the pixels: nine in all, in either picture.
  for (const [index, step, done] of [
    [1, 1, 1],
    [2, 4, 5],
  ] as const) {
    now += 3000 * step;
    progress.show({ type: 'step', image: 0, index, of: 3, milliseconds: 3000 * step, work: { step, done, of: 9 } });
  }
  // 13 of 18 are left.
  assert.equal(written, ['picture 1 of 2, step 2 of 3, 39 s left\n']);
});

test.run();
