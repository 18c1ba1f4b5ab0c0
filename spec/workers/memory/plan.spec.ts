/** What a drawing will take, and what is done where it is too much. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { planModel } from '../../../models/planModel';
import { COURSES } from '../../../workers/memory/course';
import { courseFor, drawingNeeds, forecastSize, planFor } from '../../../workers/memory/needs';
import { availableHeap, fits, peakHeap } from '../../../workers/memory/plan';
import { memoryFolder } from '../../models/memoryFolder';
import { randomModelFiles } from '../../models/randomModel';

const GIB = 1024 ** 3;
const ROOMY = { heapBytes: 4 * GIB };

const checkpoint = await openDiffusersFolder(memoryFolder(await randomModelFiles('B')));
const exact = planModel(checkpoint, 'exact');
const side = 8 * exact.description.unet.sampleSize;
const native = { width: side, height: side };
const heapOf = (form: 'exact' | 'int8' | 'int4') => peakHeap(drawingNeeds(planModel(checkpoint, form), native));

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

test('streaming in more segments takes less, and the least the plan knows takes the least', () => {
  const heaps = COURSES.map((course) => peakHeap(drawingNeeds(exact, native, course)));
  assert.equal(
    [...heaps].sort((a, b) => b - a),
    heaps,
  );
  assert.ok(heaps.at(-1)! < heaps[0]!, `${heaps}`);
});

test('a course is taken only where no faster one fits; where none does, the last', () => {
  const heap = (segments: number) =>
    peakHeap(
      drawingNeeds(
        exact,
        native,
        COURSES.find((course) => course.segments === segments),
      ),
    );
  const segmentsIn = (heapBytes: number, mode?: 'normal' | 'low') =>
    courseFor(exact, native, { heapBytes }, mode).segments;
  assert.is(segmentsIn(4 * GIB), 1);
  assert.is(segmentsIn(heap(1)), 1);
  assert.is(segmentsIn(heap(1) - 1), 2);
  assert.is(segmentsIn(0), 8);
  assert.is(segmentsIn(0, 'normal'), 1);
  assert.is(segmentsIn(4 * GIB, 'low'), 4);
  assert.ok(fits(drawingNeeds(exact, native, COURSES[2]), { heapBytes: heap(1) - 1 }));
});

test('larger pictures need more, weights in fewer bits less', () => {
  const values = (size: { width: number; height: number }) => drawingNeeds(exact, size).map((need) => need.values);
  const [own, double] = [values(native), values({ width: 2 * side, height: 2 * side })];
  assert.ok(
    own.slice(1).every((bytes, i) => double[i + 1]! > 2 * bytes),
    `${own} ${double}`,
  );
  assert.is(own[0], double[0]); // The text encoder does not know the size.
  assert.ok(heapOf('int8') < heapOf('exact') && heapOf('int4') <= heapOf('int8'));
});

test('auto is exact while its own size of picture fits, then int8, then the least there is', () => {
  assert.is(planFor(checkpoint, 'auto', ROOMY).weights, 'exact');
  assert.is(planFor(checkpoint, 'auto', { heapBytes: heapOf('exact') - 1 }).weights, 'int8');
  assert.is(planFor(checkpoint, 'auto', { heapBytes: 0 }).weights, 'int4');
  assert.is(planFor(checkpoint, 'fp16', { heapBytes: 0 }).weights, 'fp16');
});

test('a size that does not fit is told with the largest of its shape that does', () => {
  const fine = forecastSize(exact, native, ROOMY);
  assert.equal([fine.fits, fine.largest], [true, undefined]);
  assert.is(fine.peakBytes, heapOf('exact'));

  assert.not(fine.streamed);
  const tight = { heapBytes: fine.peakBytes };
  const wide = { width: 4 * side, height: 2 * side };
  const { fits: fitting, largest, availableBytes } = forecastSize(exact, wide, tight);
  assert.equal([fitting, availableBytes], [false, fine.peakBytes]);
  assert.ok(Math.abs(largest!.width / largest!.height - 2) < 0.3, `${largest!.width} × ${largest!.height}`);
  assert.equal([largest!.width % 8, largest!.height % 8], [0, 0]);
  assert.ok(forecastSize(exact, largest!, tight).fits);
  assert.is(forecastSize(exact, native, { heapBytes: 0 }).largest, undefined);
});

test.run();
