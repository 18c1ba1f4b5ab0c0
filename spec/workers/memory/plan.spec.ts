/** What a drawing will take, and what is done where it is too much. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../../build/bench/sd15Checkpoint';
import type { Checkpoint } from '../../../models/checkpoint';
import { parametersOf } from '../../../models/graph/parameters';
import { planModel } from '../../../models/planModel';
import { COURSES } from '../../../workers/memory/course';
import { drawingPeak, forecastSize, planFor, segmentsFor, stagePeak } from '../../../workers/memory/needs';
import { availableHeap, peakHeap } from '../../../workers/memory/plan';

const GIB = 1024 ** 3;
const ROOMY = { heapBytes: 4 * GIB };

/** A full-size F16 checkpoint of which nothing is read: a plan knows it by its shapes. */
const checkpoint: Checkpoint = {
  name: 'full size',
  description: SD15,
  tokenizer: { vocab: {}, merges: '' },
  weights(stage) {
    const shapes = new Map(parametersOf(SD15, stage).map(({ name, shape }) => [name, shape]));
    return {
      name: stage,
      names: () => [...shapes.keys()],
      info: (name) => (shapes.has(name) ? { dtype: 'F16', shape: shapes.get(name)!, bytes: 0 } : undefined),
      read: (): Promise<never> => Promise.reject(new Error('a plan reads no weights')),
    };
  },
};
const exact = planModel(checkpoint, 'exact');
const int8 = planModel(checkpoint, 'int8');
const SMALL = { width: 256, height: 256 };
const NATIVE = { width: 512, height: 512 };

const MEASURED = [
  [int8, 'unet', SMALL, 1, 1031],
  [int8, 'unet', SMALL, 4, 387],
  [int8, 'unet', NATIVE, 1, 1095],
  [exact, 'vae_decoder', NATIVE, 1, 902],
] as const;

test('the neediest stage decides, since the heap never shrinks', () => {
  const [small, large] = [
    { weights: 1e6, values: 2e6 },
    { weights: 3e8, values: 1e8 },
  ];
  assert.is(peakHeap([small, large, small]), peakHeap([large]));
  assert.ok(peakHeap([large]) >= 4e8);
});

test('of a device that says how much memory it has, half is hoped for, and never more than the heap allows', () => {
  assert.is(availableHeap({ heapBytes: 4 * GIB }), 4 * GIB);
  assert.is(availableHeap({ heapBytes: 4 * GIB, memoryBytes: 4 * GIB }), 2 * GIB);
  assert.is(availableHeap({ heapBytes: GIB / 2, memoryBytes: 8 * GIB }), GIB / 2);
});

test('the heap is predicted as it was measured at full size', () => {
  // npm run bench -- sd15, two threads: heap at most, megabytes.
  for (const [manifest, stage, size, segments, measured] of MEASURED) {
    const planned = stagePeak(manifest, stage, size, segments) / 1e6;
    assert.ok(
      Math.abs(planned / measured - 1) < 0.15,
      `${stage} ${size.width} in ${segments}: ${planned} for ${measured}`,
    );
  }
});

test('streaming in more segments takes less, if not for the decoder', () => {
  const peaks = COURSES.auto.map((segments) => stagePeak(int8, 'unet', SMALL, segments));
  assert.equal(
    [...peaks].sort((a, b) => b - a),
    peaks,
  );
  assert.is(drawingPeak(int8, SMALL, 8), stagePeak(int8, 'vae_decoder', SMALL));
});

test('larger pictures need more, two of them at once too, weights in fewer bits less', () => {
  assert.ok(drawingPeak(int8, NATIVE) > drawingPeak(int8, SMALL));
  assert.is(stagePeak(int8, 'text_encoder', NATIVE), stagePeak(int8, 'text_encoder', SMALL));
  assert.ok(stagePeak(int8, 'unet', { ...NATIVE, guidance: 'one-call' }) > stagePeak(int8, 'unet', NATIVE));
  assert.ok(drawingPeak(int8, SMALL) < drawingPeak(exact, SMALL));
});

test('the UNet is streamed only where it does not fit as a whole, and in as few segments as fit', () => {
  const segmentsIn = (heapBytes: number, mode?: 'normal' | 'low') => segmentsFor(int8, SMALL, { heapBytes }, mode);
  const peak = (segments: number) => drawingPeak(int8, SMALL, segments);
  assert.is(segmentsIn(4 * GIB), 1);
  assert.is(segmentsIn(peak(1)), 1);
  assert.is(segmentsIn(peak(1) - 1), 2);
  assert.is(segmentsIn(peak(2) - 1), 4);
  assert.is(segmentsIn(0, 'normal'), 1);
  assert.is(segmentsIn(4 * GIB, 'low'), 4);
  // Where the decoder is what does not fit, streaming the UNet in more segments than keep below it is time for nothing.
  assert.is(segmentsFor(int8, NATIVE, { heapBytes: 0 }), 2);
});

test('auto is exact while its own size of picture fits, then int8, streamed if need be, then the least there is', () => {
  const formIn = (heapBytes: number) => planFor(checkpoint, 'auto', { heapBytes }).weights;
  assert.is(planFor(checkpoint, 'auto', ROOMY).weights, 'exact');
  assert.is(formIn(drawingPeak(exact, NATIVE) - 1), 'int8');
  assert.is(formIn(drawingPeak(int8, NATIVE) - 1), 'int8');
  assert.is(formIn(drawingPeak(int8, NATIVE, 8) - 1), 'int4');
  assert.is(planFor(checkpoint, 'fp16', { heapBytes: 0 }).weights, 'fp16');
});

test('a size that does not fit is told with the largest of its shape that does', () => {
  const fine = forecastSize(int8, SMALL, ROOMY);
  assert.equal([fine.fits, fine.streamed, fine.largest], [true, false, undefined]);
  assert.is(fine.peakBytes, drawingPeak(int8, SMALL));

  const tight = { heapBytes: drawingPeak(int8, SMALL, 4) };
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
