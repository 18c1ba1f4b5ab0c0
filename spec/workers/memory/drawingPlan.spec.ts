/** How a drawing is made where there is room, and where there is not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planModel } from '../../../models/planModel';
import { COURSES, type MemoryMode } from '../../../workers/memory/course';
import { planDrawing } from '../../../workers/memory/drawingPlan';
import { forecastSize } from '../../../workers/memory/forecast';
import { planFor } from '../../../workers/memory/formFor';
import { Needs } from '../../../workers/memory/needs';
import { fullSize, GIB, NATIVE, ROOMY, SMALL } from './fullSize';

const exact = planModel(fullSize, 'exact');
const int8 = planModel(fullSize, 'int8');
const [FAST, LEAN, IN_TWO, IN_FOUR] = COURSES.auto;

test('the fastest way there is room for, in the order of what it costs in time', () => {
  const needs = new Needs(int8, SMALL);
  const chosen = (heapBytes: number) => {
    const { course, guidance } = planDrawing(int8, SMALL, { heapBytes });
    return [course, guidance];
  };
  const ways = [
    [FAST, 'one-call', needs.drawing(FAST!, 2)],
    [FAST, 'two-calls', needs.drawing(FAST!)],
    [LEAN, 'one-call', needs.drawing(LEAN!, 2)],
    [LEAN, 'two-calls', needs.drawing(LEAN!)],
    [IN_TWO, 'two-calls', needs.drawing(IN_TWO!)],
    [IN_FOUR, 'two-calls', needs.drawing(IN_FOUR!)],
  ] as const;
  assert.equal(chosen(4 * GIB), [FAST, 'one-call']);
  let least = Number.POSITIVE_INFINITY;
  for (const [course, guidance, peak] of ways) {
    // A way that takes more than a better one is never chosen.
    if (peak < least) assert.equal(chosen(peak), [course, guidance], `${peak}`);
    least = Math.min(least, peak);
  }
  assert.ok(least < needs.drawing(LEAN!) / 2);
});

test('where nothing fits, the way that takes the least, and of several such the fastest', () => {
  const { course, peakBytes, availableBytes } = planDrawing(int8, NATIVE, { heapBytes: 1 });
  // The decoder is what does not fit: streaming the UNet in more segments than keep below it would be time for nothing.
  assert.equal([course, availableBytes], [IN_TWO, 1]);
  assert.is(peakBytes, new Needs(int8, NATIVE).stage('vae_decoder', IN_TWO!));
});

test('a mode says what may be chosen', () => {
  const course = (heapBytes: number, mode: MemoryMode) => planDrawing(int8, SMALL, { heapBytes }, mode).course;
  assert.equal(course(0, 'normal'), LEAN);
  assert.equal(course(4 * GIB, 'normal'), FAST);
  assert.equal(course(4 * GIB, 'low'), IN_FOUR);
});

test('one call for both passes only where it is faster, or asked for', () => {
  const guidance = (...[manifest, asked]: [typeof int8, Parameters<typeof planDrawing>[1]]) =>
    planDrawing(manifest, asked, ROOMY).guidance;
  assert.is(guidance(int8, SMALL), 'one-call');
  assert.is(guidance(int8, NATIVE), 'two-calls');
  assert.is(guidance(int8, { ...SMALL, guidance: 'two-calls' }), 'two-calls');
  assert.is(guidance(int8, { ...NATIVE, guidance: 'one-call' }), 'one-call');
  // Weights that are widened once and for all gain nothing.
  const few = { ...int8, stages: { ...int8.stages, unet: { ...int8.stages.unet, bytes: 14e6 } } };
  assert.is(guidance(few, SMALL), 'two-calls');
  assert.is(planDrawing(int8, SMALL, ROOMY, 'low').guidance, 'two-calls');
});

test('auto is exact while its own size of picture fits, then int8, streamed if need be, then the least there is', () => {
  const formIn = (heapBytes: number) => planFor(fullSize, 'auto', { heapBytes }).weights;
  assert.is(planFor(fullSize, 'auto', ROOMY).weights, 'exact');
  assert.is(formIn(new Needs(exact, NATIVE).drawing(LEAN!) - 1), 'int8');
  assert.is(formIn(new Needs(int8, NATIVE).drawing(LEAN!) - 1), 'int8');
  assert.is(formIn(new Needs(int8, NATIVE).drawing(COURSES.auto.at(-1)!) - 1), 'int4');
  assert.is(planFor(fullSize, 'fp16', { heapBytes: 0 }).weights, 'fp16');
});

test('a size that does not fit is told with the largest of its shape that does', () => {
  const fine = forecastSize(int8, SMALL, ROOMY);
  assert.equal([fine.fits, fine.streamed, fine.largest], [true, false, undefined]);
  assert.is(fine.peakBytes, planDrawing(int8, SMALL, ROOMY).peakBytes);

  const tight = { heapBytes: new Needs(int8, SMALL).drawing(IN_FOUR!) };
  assert.equal([true, true], [forecastSize(int8, SMALL, tight).fits, forecastSize(int8, SMALL, tight).streamed]);
  const { fits, largest, availableBytes } = forecastSize(int8, { width: 768, height: 384 }, tight);
  assert.equal([fits, availableBytes], [false, tight.heapBytes]);
  assert.ok(Math.abs(largest!.width / largest!.height - 2) < 0.3, `${largest!.width} × ${largest!.height}`);
  assert.equal([largest!.width % 8, largest!.height % 8], [0, 0]);
  assert.ok(forecastSize(int8, largest!, tight).fits);
  assert.not(forecastSize(int8, { width: largest!.width + 64, height: largest!.height + 32 }, tight).fits);
  assert.is(forecastSize(int8, SMALL, { heapBytes: 0 }).largest, undefined);
});

test.run();
