/** What stages take of the heap, and what a device has. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planModel } from '../../../models/planModel';
import { COURSES, DRAWN } from '../../../workers/memory/course';
import { Needs } from '../../../workers/memory/needs';
import { availableHeap, peakHeap } from '../../../workers/memory/plan';
import { fullSize, GIB, NATIVE, SMALL } from './fullSize';

const exact = planModel(fullSize, 'exact');
const int8 = planModel(fullSize, 'int8');
const FAST = { lean: false };
const LEAN = { lean: true };

/** `npm run bench -- sd15`, two threads: heap at most, megabytes. */
const MEASURED = [
  [int8, 'unet', SMALL, LEAN, 1064],
  [int8, 'unet', SMALL, FAST, 1304],
  [int8, 'unet', SMALL, { segments: 4, lean: true }, 387],
  [int8, 'unet', NATIVE, LEAN, 1086],
  [int8, 'unet', NATIVE, FAST, 1734],
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

/** `npm run bench -- sd15-chromium`: the heap after the UNet, and at the end. */
const DRAWN_WITH = [
  [SMALL, { segments: 4, lean: true }, LEAN, 376, 376],
  [NATIVE, { segments: 4, lean: true }, { tile: 48, lean: true }, 451, 713],
  [NATIVE, { segments: 4, lean: true }, LEAN, 451, 997],
  [NATIVE, LEAN, LEAN, 1093, 1093],
  [{ width: 768, height: 768 }, { segments: 4, lean: true }, { tile: 48, lean: true }, 541, 650],
] as const;

test('the heap is predicted as it was measured at full size', () => {
  for (const [manifest, stage, size, course, measured] of MEASURED) {
    const planned = new Needs(manifest, size).stage(stage, course) / 1e6;
    const what = `${stage} ${size.width} ${JSON.stringify(course)}: ${planned} for ${measured}`;
    assert.ok(Math.abs(planned / measured - 1) < 0.1, what);
  }
});

test('what the UNet leaves behind counts, as far as the decoder outgrows it', () => {
  for (const [size, unet, decoder, afterUnet, afterAll] of DRAWN_WITH) {
    const needs = new Needs(int8, size);
    const before = needs.stage('unet', unet);
    const planned = [before, needs.decoder(decoder, before)];
    const what = `${size.width} ${JSON.stringify([unet, decoder])}: ${planned} for ${afterUnet}, ${afterAll} MB`;
    // By how much the heap outgrows what was asked of it evens out only as it goes on.
    assert.ok(Math.abs(before / 1e6 / afterUnet - 1) < 0.15, what);
    assert.ok(Math.abs(planned[1]! / 1e6 / afterAll - 1) < 0.1, what);
  }
});

test('each course takes less than the one before', () => {
  const needs = new Needs(int8, NATIVE);
  for (const stage of DRAWN) {
    const courses = COURSES.auto[stage];
    const peaks = courses.map((course) => needs.stage(stage, course));
    // Tiles of 96 latents are no tiles of a picture of 64.
    const ordered = peaks.filter((_, i) => (courses[i]!.tile ?? 0) < 64);
    assert.equal(
      [...ordered].sort((a, b) => b - a),
      ordered,
      stage,
    );
  }
});

test('larger pictures need more, two of them at once too, weights in fewer bits less', () => {
  const [small, native] = [new Needs(int8, SMALL), new Needs(int8, NATIVE)];
  assert.ok(native.stage('unet', LEAN) > small.stage('unet', LEAN));
  assert.ok(native.stage('vae_decoder', LEAN) > small.stage('vae_decoder', LEAN));
  assert.is(native.stage('text_encoder', LEAN), small.stage('text_encoder', LEAN));
  assert.is(native.stage('vae_decoder', { tile: 32, lean: true }), small.stage('vae_decoder', LEAN));
  assert.ok(native.stage('unet', LEAN, 2) > native.stage('unet', LEAN));
  assert.ok(small.stage('unet', LEAN) < new Needs(exact, SMALL).stage('unet', LEAN));
});

test.run();
