import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Drawing } from '../../web/drawing';
import type { Job } from '../../web/jobs';
import { INITIAL, reduce } from '../../web/reducer';
import { drawingProgress, jobProgress } from '../../web/timeLeft';
import type { ImageRequest } from '../../workers/api';

const request: ImageRequest = {
  ...{ prompt: '', negativePrompt: '', seed: 0, steps: 10, guidanceScale: 1, width: 64, height: 64 },
  ...{ scheduler: 'ddim', numImages: 2, guidance: 'two-calls', memory: 'auto' },
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

test('one of a batch that is drawn alone is all that is drawn, under its place there', () => {
  const third = { ...request, numImages: 4, only: 2 };
  for (const image of [0, 2])
    assert.equal(drawingProgress(at({ request: third, image, step: 4 }), 2, 0), { done: 4 / 12, left: 800 });
});

test('where a second pass is larger, its steps count for more', () => {
  const drawing = at({ step: 3, of: 4, work: { done: 6, of: 10 } });
  assert.equal(drawingProgress(drawing, 2, 0), { done: 6 / 24, left: 1800 });
});

test('one slow step does not move the estimate', () => {
  assert.is(drawingProgress(at({ step: 4, recent: [100, 100, 9000] }), 2, 0).left, 2000);
});

test('while decoding, time runs down with the clock, and stops short of the end', () => {
  const decoding = at({ image: 1, step: 10, phase: 'decoding', decodingSince: 1000 });
  assert.is(Math.round(drawingProgress(decoding, 2, 1100).left!), 100);
  assert.is(Math.round(drawingProgress(decoding, 2, 99_000).left!), 10); // a twentieth of two steps is always left
});

/** `bytes` of 100, begun at 0 with nothing and told at `told` milliseconds. */
const job = (change: Partial<Job>, bytes: number, told: number): Job => ({
  ...({ id: 1, kind: 'picked', name: '', phase: 'converting', of: 100, started: 0 } as const),
  ...{ bytes, samples: [...(told > 0 ? [{ at: 0, bytes: 0 }] : []), { at: told, bytes }] },
  ...change,
});

test('a job goes on at its pace so far, which falls while nothing comes', () => {
  // 25 bytes in 1000 ms: 75 more take 3000.
  assert.equal(jobProgress(job({}, 25, 1000), 1000), { done: 0.25, left: 3000, rate: 0.025 });
  assert.equal(jobProgress(job({}, 25, 1000), 2000), { done: 0.25, left: 6000, rate: 0.0125 });
  assert.equal(jobProgress(job({}, 25, 400), 400), { done: 0.25, left: undefined, rate: undefined });
  assert.equal(jobProgress(job({ of: 0 }, 25, 1000), 1000), { done: 0, left: undefined, rate: 0.025 });
});

test('what is downloaded is converted afterwards: four fifths and one fifth of one bar that never turns back', () => {
  for (const kind of ['demo', 'download'] as const) {
    const at = (phase: Job['phase'], bytes: number) => jobProgress(job({ kind, phase }, bytes, 4000), 4000);
    // 50 in 4000 ms: the other 50 take as long, and the conversion a quarter of all 8000.
    assert.equal(at('downloading', 50), { done: 0.4, left: 6000, rate: 0.0125 });
    const bar = [at('downloading', 100), at('verifying', 0), at('verifying', 100), at('converting', 0)];
    assert.equal(
      bar.map(({ done }) => done),
      [0.8, 0.8, 0.8, 0.8],
    );
    assert.equal([at('converting', 100).done, at('converting', 100).left], [1, 0]);
  }
  assert.is(jobProgress(job({ kind: 'download', phase: 'paused' }, 50, 0), 0).done, 0.4);
});

test.run();
