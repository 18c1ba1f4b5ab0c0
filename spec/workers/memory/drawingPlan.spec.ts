/** How a drawing is made where there is room, and where there is not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planModel } from '../../../models/planModel';
import { largestPass } from '../../../workers/hires';
import {
  AMPLE_HEAP_BYTES,
  COURSES,
  type Course,
  FASTEST,
  LOW_HEAP_BYTES,
  type MemoryMode,
} from '../../../workers/memory/course';
import { type Planned, planDrawing } from '../../../workers/memory/drawingPlan';
import { forecastSize } from '../../../workers/memory/forecast';
import { planFor } from '../../../workers/memory/formFor';
import { int8Plan } from '../../../workers/memory/int8Plan';
import { Needs } from '../../../workers/memory/needs';
import { fullSize, GIB, NATIVE, ROOMY, SMALL } from './fullSize';

const exact = planModel(fullSize, 'exact');
const int8 = planModel(fullSize, 'int8');
const [FAST, LEAN, ...STREAMED] = COURSES.auto.unet;

test('where there is room, everything is done the fastest way', () => {
  const { courses, guidance } = planDrawing(exact, SMALL, ROOMY);
  assert.equal([courses, guidance], [FASTEST, 'one-call']);
});

test('what is a little faster and takes more than is ample is passed over, but nothing is streamed or tiled for it', () => {
  const { courses, guidance, peakBytes } = planDrawing(int8, SMALL, ROOMY);
  assert.equal([courses.unet, guidance], [LEAN, 'one-call']);
  assert.ok(peakBytes <= AMPLE_HEAP_BYTES, `${peakBytes}`);
  assert.ok(new Needs(int8, SMALL).stage('unet', FAST!, 2) > AMPLE_HEAP_BYTES);
  const large = planDrawing(exact, { width: 1024, height: 1024 }, ROOMY);
  assert.ok(large.peakBytes > AMPLE_HEAP_BYTES);
  assert.equal(large.courses, { text_encoder: FAST, unet: LEAN, vae_decoder: LEAN });
});

test('the UNet is run the fastest way there is room for', () => {
  const needs = new Needs(int8, SMALL);
  const chosen = (heapBytes: number) => {
    const { courses, guidance } = planDrawing(int8, SMALL, { heapBytes });
    return [courses.unet, guidance];
  };
  const ways = [
    [LEAN, 'one-call', needs.stage('unet', LEAN!, 2)],
    [LEAN, 'two-calls', needs.stage('unet', LEAN!)],
    ...STREAMED.map((course) => [course, 'two-calls', needs.stage('unet', course)] as const),
  ] as const;
  let least = Number.POSITIVE_INFINITY;
  for (const [course, guidance, peak] of ways) {
    assert.ok(peak < least, `${peak}`);
    assert.equal(chosen(peak), [course, guidance], `${peak}`);
    least = peak;
  }
  assert.equal(chosen(0), [STREAMED.at(-1), 'two-calls']);
});

test('what keeps deep features needs room for the part that takes them in besides, whatever is streamed', () => {
  const saving = { ...SMALL, cacheInterval: 3 };
  const [plain, both] = [new Needs(int8, SMALL), new Needs(int8, saving)];
  const deeper = new Needs(int8, { ...saving, cacheBranch: 5 });
  for (const course of [LEAN!, STREAMED[0]!]) {
    assert.ok(both.stage('unet', course) > plain.stage('unet', course));
    assert.ok(deeper.stage('unet', course) > both.stage('unet', course));
  }
  assert.is(both.stage('text_encoder', LEAN!), plain.stage('text_encoder', LEAN!));
  const bytes = (asked: Planned) => int8Plan(int8, asked, ROOMY, 2).peakBytes;
  // The last layers of the way up, a tenth of the network at most.
  assert.ok(bytes(saving) > bytes(SMALL) && bytes(saving) < 1.1 * bytes(SMALL));
});

test('merged tokens are planned: attention takes less for them, who is like whom a little', () => {
  const size = { width: 256, height: 256 };
  const merged = { ...size, tokenMergingRatio: 0.5 };
  const [plain, fewer] = [new Needs(int8, size), new Needs(int8, merged)];
  assert.not.equal(fewer.stage('unet', LEAN!), plain.stage('unet', LEAN!));
  assert.is(fewer.stage('vae_decoder', LEAN!), plain.stage('vae_decoder', LEAN!));
  const bytes = (asked: Planned) => int8Plan(int8, asked, ROOMY, 2).peakBytes;
  assert.ok(bytes(merged) !== bytes(size) && bytes(merged) < 1.1 * bytes(size), `${bytes(merged)} and ${bytes(size)}`);
});

test('the decoder goes in tiles only where the whole does not fit, and in as large ones as do', () => {
  const large = { width: 1024, height: 512 };
  const needs = new Needs(int8, large);
  const lean = COURSES.auto.vae_decoder.filter((course) => course.lean);
  const chosen = new Set<Course>();
  for (const heapBytes of [2.2e9, 1.4e9, 1.1e9, 0.9e9, 0.75e9, 0.6e9, 0.45e9]) {
    const { unet, vae_decoder } = planDrawing(int8, large, { heapBytes }).courses;
    const before = needs.stage('unet', unet);
    assert.equal(vae_decoder, lean.find((course) => needs.decoder(course, before) <= heapBytes) ?? lean.at(-1));
    chosen.add(vae_decoder);
  }
  assert.ok(chosen.has(lean[0]!) && chosen.size >= 5, `${chosen.size}`);
  // What is as small as a tile is decoded as a whole, fit or not.
  assert.equal(planDrawing(int8, SMALL, { heapBytes: 0 }).courses.vae_decoder, LEAN);
});

test('the plan says what the neediest stage takes', () => {
  const { peakBytes, courses, availableBytes } = planDrawing(int8, NATIVE, ROOMY);
  const needs = new Needs(int8, NATIVE);
  const unet = needs.stage('unet', courses.unet);
  const peaks = [needs.stage('text_encoder', courses.text_encoder), unet, needs.decoder(courses.vae_decoder, unet)];
  assert.equal([peakBytes, availableBytes], [Math.max(...peaks), ROOMY.heapBytes]);
});

test('a picture to begin from is counted: its encoder goes a way of its own, in tiles where there is no room for the whole', () => {
  const asked = { width: 1024, height: 1024, memory: 'low' } as const;
  const [without, from] = [asked, { ...asked, initImage: {} }].map((each) => planDrawing(int8, each, ROOMY));
  const { vae_encoder, ...courses } = from!.courses;
  assert.equal(courses, without!.courses);
  const needs = new Needs(int8, asked);
  assert.ok(needs.stage('vae_encoder', LEAN!) > LOW_HEAP_BYTES);
  // The largest that fits.
  const tiled = COURSES.low.vae_decoder.filter(({ tile }) => tile);
  assert.equal(
    vae_encoder,
    tiled.find((course) => needs.stage('vae_encoder', course) <= LOW_HEAP_BYTES),
  );
  assert.is(from!.peakBytes, Math.max(without!.peakBytes, needs.stage('vae_encoder', vae_encoder!)));
  const roomy = planDrawing(int8, { ...asked, memory: 'auto', initImage: {} }, ROOMY);
  assert.equal(roomy.courses.vae_encoder, LEAN);
  const whole = needs.stage('vae_encoder', LEAN!);
  for (const heapBytes of [whole, whole - 1])
    assert.is(
      planDrawing(int8, { ...asked, memory: 'auto', initImage: {} }, { heapBytes }).courses.vae_encoder!.tile !==
        undefined,
      heapBytes < whole,
    );
});

test('of two passes the larger is planned for, its encoder only where pixels are enlarged', () => {
  const large = { width: 2 * SMALL.width, height: 2 * SMALL.height };
  const twice = { ...SMALL, hiresScale: 2, hiresUpscaler: 'latent' } as const;
  assert.equal(planDrawing(exact, largestPass(twice), ROOMY), planDrawing(exact, large, ROOMY));
  const encoded = planDrawing(exact, { ...large, initImage: true }, ROOMY);
  assert.equal(planDrawing(exact, largestPass({ ...twice, hiresUpscaler: 'nearest' }), ROOMY), encoded);
  assert.is(largestPass(SMALL), SMALL);
});

test('a large picture is lean however much room there is', () => {
  const { unet, vae_decoder } = planDrawing(int8, NATIVE, ROOMY).courses;
  assert.equal([unet, vae_decoder], [LEAN, LEAN]);
});

test('a mode says what may be chosen', () => {
  const unet = (heapBytes: number, memory: MemoryMode) =>
    planDrawing(int8, { ...SMALL, memory }, { heapBytes }).courses.unet;
  assert.equal(unet(0, 'normal'), LEAN);
  assert.equal(unet(4 * GIB, 'normal'), LEAN);
  assert.equal(unet(4 * GIB, 'low'), COURSES.low.unet[0]);
});

test('low stays below its bound where a course does, with the largest tiles, and takes the least where none does', () => {
  for (const [side, tile] of [
    [256, undefined],
    [512, 48],
    [768, 48],
  ] as const) {
    const asked = { width: side, height: side, memory: 'low' } as const;
    const { courses, peakBytes } = planDrawing(int8, asked, ROOMY);
    assert.is(courses.vae_decoder.tile, tile, `${side}`);
    assert.ok(peakBytes <= LOW_HEAP_BYTES, `${side}: ${peakBytes}`);
    const needs = new Needs(int8, asked);
    const larger = COURSES.low.vae_decoder.slice(0, COURSES.low.vae_decoder.indexOf(courses.vae_decoder));
    const before = needs.stage('unet', courses.unet);
    for (const course of larger)
      assert.ok(needs.decoder(course, before) > LOW_HEAP_BYTES || course.tile! * 8 >= side, JSON.stringify(course));
  }
  const large = { width: 1024, height: 1024 };
  const { courses, peakBytes } = planDrawing(int8, { ...large, memory: 'low' }, ROOMY);
  assert.equal(courses.unet, COURSES.low.unet.at(-1));
  assert.is(peakBytes, new Needs(int8, large).stage('unet', courses.unet));
  // A device that gives less than that is not overrun.
  const tight = planDrawing(int8, { ...NATIVE, memory: 'low' }, { heapBytes: 400e6 });
  assert.equal([tight.courses.unet.segments, tight.courses.vae_decoder.tile], [8, 32]);
});

test('a longer prompt takes more, and is planned for, by either way of computing', () => {
  for (const peak of [
    (tokens?: number) => new Needs(int8, { ...SMALL, tokens }).stage('unet', LEAN!),
    (tokens?: number) => int8Plan(int8, { ...SMALL, tokens }, ROOMY, 1).peakBytes,
  ]) {
    assert.is(peak(77), peak());
    assert.ok(peak(77 * 20) > peak() + 1e6, `${peak(77 * 20)} of ${peak()}`);
  }
});

test('one call for both passes only where it is faster, or asked for', () => {
  const guidance = (manifest: typeof int8, asked: Planned) => planDrawing(manifest, asked, ROOMY).guidance;
  assert.is(guidance(int8, SMALL), 'one-call');
  assert.is(guidance(int8, { ...SMALL, guidanceInterval: [0.2, 1] }), 'two-calls');
  assert.is(guidance(int8, NATIVE), 'two-calls');
  assert.is(guidance(int8, { ...SMALL, guidance: 'two-calls' }), 'two-calls');
  assert.is(guidance(int8, { ...NATIVE, guidance: 'one-call' }), 'one-call');
  // Weights that are widened once and for all gain nothing.
  const few = { ...int8, stages: { ...int8.stages, unet: { ...int8.stages.unet, bytes: 14e6 } } };
  assert.is(guidance(few, SMALL), 'two-calls');
  assert.is(guidance(int8, { ...SMALL, memory: 'low' }), 'two-calls');
});

test('auto is exact while its own size of picture fits, then int8, streamed if need be, then the least there is', () => {
  const formIn = (heapBytes: number) => planFor(fullSize, 'auto', { heapBytes }).weights;
  const int8Needs = new Needs(int8, NATIVE);
  assert.is(planFor(fullSize, 'auto', ROOMY).weights, 'exact');
  assert.is(formIn(new Needs(exact, NATIVE).stage('unet', LEAN!)), 'exact');
  assert.is(formIn(new Needs(exact, NATIVE).stage('unet', LEAN!) - 1), 'int8');
  assert.is(formIn(int8Needs.stage('unet', LEAN!) - 1), 'int8');
  assert.is(formIn(int8Needs.stage('unet', STREAMED.at(-1)!) - 1), 'int4');
  assert.is(planFor(fullSize, 'fp16', { heapBytes: 0 }).weights, 'fp16');
  // A larger picture than its own leaves less room for weights.
  const native = { heapBytes: new Needs(exact, NATIVE).stage('unet', LEAN!) };
  assert.is(planFor(fullSize, 'auto', native, { width: 1024 }).weights, 'int8');
});

test('a size that does not fit is told with the largest of its shape that does', () => {
  const fine = forecastSize(int8, SMALL, ROOMY);
  assert.equal([fine.fits, fine.streamed, fine.tiled, fine.largest], [true, false, false, undefined]);
  assert.is(fine.peakBytes, planDrawing(int8, SMALL, ROOMY).peakBytes);

  const tight = { heapBytes: new Needs(int8, NATIVE).stage('unet', STREAMED[1]!) };
  const inTiles = forecastSize(int8, NATIVE, tight);
  assert.equal([inTiles.fits, inTiles.streamed, inTiles.tiled], [true, true, true]);
  const { fits, largest, availableBytes } = forecastSize(int8, { width: 1280, height: 640 }, tight);
  assert.equal([fits, availableBytes], [false, tight.heapBytes]);
  assert.ok(Math.abs(largest!.width / largest!.height - 2) < 0.3, `${largest!.width} × ${largest!.height}`);
  assert.equal([largest!.width % 8, largest!.height % 8], [0, 0]);
  assert.ok(forecastSize(int8, largest!, tight).fits);
  assert.not(forecastSize(int8, { width: largest!.width + 64, height: largest!.height + 32 }, tight).fits);
  assert.is(forecastSize(int8, SMALL, { heapBytes: 0 }).largest, undefined);
});

test('the size that would fit does so in the mode and the guidance that are asked for', () => {
  const device = { heapBytes: 1.25e9 };
  for (const how of [{}, { memory: 'normal' }, { memory: 'normal', guidance: 'one-call' }] as const) {
    const { fits, largest } = forecastSize(int8, { width: 2048, height: 2048, ...how }, device);
    assert.not(fits);
    assert.ok(forecastSize(int8, { ...largest!, ...how }, device).fits, JSON.stringify([how, largest]));
    const next = { width: largest!.width + 64, height: largest!.height + 64, ...how };
    assert.not(forecastSize(int8, next, device).fits, JSON.stringify(next));
  }
});

test.run();
