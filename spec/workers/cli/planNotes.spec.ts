/** What is said before a drawing that takes longer, looks different, or may not work. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planModel } from '../../../models/planModel';
import type { ImageRequest } from '../../../workers/api';
import { peakNotes, planNotes } from '../../../workers/cli/planNotes';
import { COURSES, type Courses, FASTEST, LOW_HEAP_BYTES } from '../../../workers/memory/course';
import { leastHeap, planDrawing } from '../../../workers/memory/drawingPlan';
import { forecastSize } from '../../../workers/memory/forecast';
import { forecastInt8, int8Plan } from '../../../workers/memory/int8Plan';
import { Needs } from '../../../workers/memory/needs';
import { DEFAULTS } from '../../../workers/request';
import { fullSize, NATIVE, ROOMY } from '../memory/fullSize';

const int8 = planModel(fullSize, 'int8');

function notes(heapBytes: number, change: Partial<ImageRequest> = {}): string[] {
  const asked = { ...DEFAULTS, prompt: 'a cat', seed: 1, ...NATIVE, ...change };
  return planNotes(planDrawing(int8, asked, { heapBytes }), asked, () => forecastSize(int8, asked, { heapBytes }));
}

test('nothing where there is room, nor of what was asked for', () => {
  assert.equal(notes(ROOMY.heapBytes), []);
  assert.equal(notes(ROOMY.heapBytes, { memory: 'low', width: 256, height: 256 }), []);
});

test('what a drawing will take is told where it fits; where it does not, another note tells', () => {
  const plan = { ...planDrawing(int8, { ...DEFAULTS, ...NATIVE }, ROOMY), peakBytes: 1_234_600_000 };
  const fitting = { ...plan, availableBytes: 1_234_600_000 };
  assert.equal(peakNotes(fitting, DEFAULTS), ['note: takes up to 1235 MB of memory']);
  assert.equal(peakNotes({ ...plan, availableBytes: 1_234_599_999 }, DEFAULTS), []);
  const low = { memory: 'low' } as const;
  assert.match(peakNotes(fitting, low)[0]!, /^note: takes up to 1235 MB of memory, the least with wasm-int8, which /);
  assert.equal(peakNotes({ ...fitting, peakBytes: LOW_HEAP_BYTES }, low), ['note: takes up to 734 MB of memory']);
});

test('streamed weights and tiles are told', () => {
  const tight = new Needs(int8, NATIVE).stage('unet', COURSES.auto.unet[3]!);
  const [streamed, tiled, ...more] = notes(tight);
  assert.match(streamed!, /^note: the weights are read in parts, anew for every step/);
  assert.match(tiled!, /^note: the picture is decoded in tiles/);
  assert.equal(more, []);
  // Nobody asked for a picture that is not the same.
  const low = notes(ROOMY.heapBytes, { memory: 'low' });
  assert.equal(low, ['note: the picture is decoded in tiles, which shows a little']);
});

test('a picture to begin from that is encoded in tiles is told in the same line', () => {
  const asked = { ...DEFAULTS, prompt: 'a cat', seed: 1, ...NATIVE };
  const said = (way: Partial<Courses>, memory: ImageRequest['memory'] = 'auto'): string[] => {
    const plan = { courses: { ...FASTEST, ...way }, guidance: 'two-calls', peakBytes: 1, availableBytes: 2 } as const;
    return planNotes(plan, { ...asked, memory }, () => ({}));
  };
  const tiles = { lean: true, tile: 64 };
  const why = 'which shows a little: as a whole that does not fit this machine';
  assert.equal(said({ vae_encoder: tiles }), [`note: the picture is encoded in tiles, ${why}`]);
  const both = { vae_encoder: tiles, vae_decoder: tiles };
  assert.equal(said(both), [`note: the picture is encoded and decoded in tiles, ${why}`]);
  assert.equal(said(both, 'low'), ['note: the picture is encoded and decoded in tiles, which shows a little']);
  assert.equal(said({ vae_encoder: { lean: true } }), []);
});

test('what does not fit is told with the numbers and with the size that would', () => {
  const heapBytes = leastHeap(int8, NATIVE);
  const [first] = notes(heapBytes, { width: 2048, height: 2048 });
  const size =
    /^note: 2048 × 2048 needs about (\d+) MB and this machine gives (\d+) MB: .*; (\d+) × \3 would fit$/.exec(first!);
  assert.ok(size, first);
  assert.ok(Number(size[1]) > Number(size[2]) && Number(size[3]) >= NATIVE.width, first);
  assert.match(notes(0)[0]!, /^note: 512 × 512 needs about \d+ MB and this machine gives 0 MB: .*; no size of this/);
});

test('on our own kernels the size that would fit is theirs', () => {
  const asked = { ...DEFAULTS, prompt: 'a cat', seed: 1, width: 2048, height: 1024 };
  const device = { heapBytes: 1e9 };
  const plan = int8Plan(int8, asked, device, 2);
  const [note] = planNotes(plan, asked, () => forecastInt8(int8, asked, device, 2));
  const [, width, height] = /; (\d+) × (\d+) would fit$/.exec(note!)!.map(Number);
  const peak = (side: number): number =>
    int8Plan(int8, { ...asked, width: side, height: (side * height!) / width! }, device, 2).peakBytes;
  assert.ok(peak(width!) <= 1e9 && peak(width! + 64) > 1e9, note);
});

test.run();
