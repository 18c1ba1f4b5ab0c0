/** What stages take of the heap, and what a device has. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planModel } from '../../../models/planModel';
import { COURSES } from '../../../workers/memory/course';
import { Needs } from '../../../workers/memory/needs';
import { availableHeap, peakHeap } from '../../../workers/memory/plan';
import { fullSize, GIB, NATIVE, SMALL } from './fullSize';

const exact = planModel(fullSize, 'exact');
const int8 = planModel(fullSize, 'int8');
const [FAST, LEAN, , IN_FOUR, IN_EIGHT] = COURSES.auto as Required<typeof COURSES.auto>;

/** `npm run bench -- sd15`, two threads: heap at most, megabytes. */
const MEASURED = [
  [int8, 'unet', SMALL, LEAN, 1031],
  [int8, 'unet', SMALL, FAST, 1236],
  [int8, 'unet', SMALL, IN_FOUR, 387],
  [int8, 'unet', NATIVE, LEAN, 1095],
  [int8, 'unet', NATIVE, FAST, 1765],
  [exact, 'vae_decoder', NATIVE, LEAN, 902],
] as const;

test('the neediest stage decides, since the heap never shrinks', () => {
  const [small, large] = [
    { weights: 1e6, values: { lean: 2e6, shared: 2e6 } },
    { weights: 3e8, values: { lean: 1e8, shared: 2e8 } },
  ];
  assert.is(peakHeap([small, large, small], true), peakHeap([large], true));
  assert.ok(peakHeap([large], true) >= 4e8);
  assert.ok(peakHeap([large], false) >= 5e8);
});

test('of a device that says how much memory it has, half is hoped for, and never more than the heap allows', () => {
  assert.is(availableHeap({ heapBytes: 4 * GIB }), 4 * GIB);
  assert.is(availableHeap({ heapBytes: 4 * GIB, memoryBytes: 4 * GIB }), 2 * GIB);
  assert.is(availableHeap({ heapBytes: GIB / 2, memoryBytes: 8 * GIB }), GIB / 2);
});

test('the heap is predicted as it was measured at full size', () => {
  for (const [manifest, stage, size, course, measured] of MEASURED) {
    const planned = new Needs(manifest, size).stage(stage, course!) / 1e6;
    const what = `${stage} ${size.width} ${JSON.stringify(course)}: ${planned} for ${measured}`;
    assert.ok(Math.abs(planned / measured - 1) < 0.15, what);
  }
});

test('each course takes less than the one before, if not for the decoder', () => {
  const needs = new Needs(int8, SMALL);
  const peaks = COURSES.auto.map((course) => needs.stage('unet', course));
  assert.equal(
    [...peaks].sort((a, b) => b - a),
    peaks,
  );
  assert.is(needs.drawing(IN_EIGHT!), needs.stage('vae_decoder', IN_EIGHT!));
});

test('larger pictures need more, two of them at once too, weights in fewer bits less', () => {
  const [small, native] = [new Needs(int8, SMALL), new Needs(int8, NATIVE)];
  assert.ok(native.drawing(LEAN!) > small.drawing(LEAN!));
  assert.is(native.stage('text_encoder', LEAN!), small.stage('text_encoder', LEAN!));
  assert.ok(native.stage('unet', LEAN!, 2) > native.stage('unet', LEAN!));
  assert.ok(small.drawing(LEAN!) < new Needs(exact, SMALL).drawing(LEAN!));
});

test.run();
