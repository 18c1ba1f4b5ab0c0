import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Drawing, INITIAL, reduce } from '../../web/reducer';
import { drawingProgress, importProgress } from '../../web/timeLeft';
import type { ImageRequest } from '../../workers/api';

const request: ImageRequest = {
  ...{ prompt: '', negativePrompt: '', seed: 0, steps: 10, guidanceScale: 1, width: 64, height: 64 },
  ...{ scheduler: 'ddim', numImages: 2, guidance: 'two-calls' },
};
const fresh = reduce(INITIAL, { type: 'draw', request, modelName: '', backend: 'wasm' }, 0).drawing!;
const at = (change: Partial<Drawing>): Drawing => ({ ...fresh, phase: 'steps', of: 10, recent: [100], ...change });

test('nothing is promised before the first step', () => {
  assert.equal(drawingProgress(fresh, 2, 5000), { done: 0, left: undefined });
});

test('two pictures of ten steps and a decoding worth two are 24 step times', () => {
  // 4 of 24 done; 20 × 100 ms to go.
  assert.equal(drawingProgress(at({ step: 4 }), 2, 0), { done: 4 / 24, left: 2000 });
  // The first picture is behind: 12 + 4 of 24.
  assert.equal(drawingProgress(at({ image: 1, step: 4 }), 2, 0), { done: 16 / 24, left: 800 });
});

test('one slow step does not move the estimate', () => {
  assert.is(drawingProgress(at({ step: 4, recent: [100, 100, 9000] }), 2, 0).left, 2000);
});

test('while decoding, time runs down with the clock, and stops short of the end', () => {
  const decoding = at({ image: 1, step: 10, phase: 'decoding', decodingSince: 1000 });
  assert.is(Math.round(drawingProgress(decoding, 2, 1100).left!), 100);
  assert.is(Math.round(drawingProgress(decoding, 2, 99_000).left!), 10); // a twentieth of two steps is always left
});

test('an import goes on at its pace so far', () => {
  const importing = {
    ...({ source: 'folder', phase: 'converting' } as const),
    ...{ bytes: 25, of: 100, started: 1000, aborting: false },
  };
  assert.equal(importProgress(importing, 2000), { done: 0.25, left: 3000 });
  assert.equal(importProgress(importing, 1400), { done: 0.25, left: undefined });
  assert.equal(importProgress({ ...importing, bytes: 0, of: 0 }, 2000), { done: 0, left: undefined });
});

test('the demo model is four fifths download, one fifth conversion: one bar that never turns back', () => {
  const at = (phase: 'downloading' | 'converting', bytes: number) =>
    importProgress({ source: 'demo', phase, bytes, of: 100, started: 0, aborting: false }, 4000);
  assert.equal(at('downloading', 50), { done: 0.4, left: 6000 });
  assert.is(at('downloading', 100).done, 0.8);
  assert.equal(at('converting', 0), { done: 0.8, left: (4000 / 0.8) * (1 - 0.8) });
  assert.is(at('converting', 100).left, 0);
});

test.run();
