/** The comparison of two models that compute next to nothing, so that what must come of it can be worked out. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PictureTask } from '../../../models/quantize/evaluate/pictureRecord';
import { sqnr } from '../../../models/quantize/quality/sqnr';
import type { Parts } from '../../../workers/openStage';
import { type Compared, compared, evenly, type Shelf } from '../../../workers/quantize/evaluate/comparison';
import { type Trajectory, trajectoryOf } from '../../../workers/quantize/evaluate/drawing';
import { keptOpen } from '../../../workers/quantize/evaluate/keptOpen';
import { foundShelf, trajectoryShelf } from '../../../workers/quantize/evaluate/shelves.node';
import { rejects } from '../../models/rejects';
import { type Answer, fakeParts, plainAnswer } from '../fakeParts';

const DRAWING = { steps: 3, width: 64, height: 72 };
const TASKS: readonly PictureTask[] = ['a cat', 'two dogs on the beach', ''].map((prompt, seed) => {
  return { prompt, seed, domain: 'demo' };
});
const { signal } = new AbortController();

/** Noise is a tenth of the sample, and more with the prompt's length at its first place; both times `factor`. Pictures show the latents. */
const answering =
  (factor: number, deaf = false): Answer =>
  (stage, inputs, size) => {
    if (stage === 'unet') {
      const length = inputs.encoder_hidden_states!.data[0]!;
      const data = (inputs.sample!.data as Float32Array).map(
        (value, i) => factor * (value / 10 + (i === 0 && !deaf ? length : 0)),
      );
      return { noise: { ...inputs.sample!, type: 'float32', data } };
    }
    const outputs = plainAnswer(stage, inputs, size);
    if (stage === 'vae_decoder') {
      const latents = inputs.latents!.data;
      for (const [i] of outputs.image!.data.entries()) outputs.image!.data[i] = Math.tanh(latents[i % latents.length]!);
    }
    return outputs;
  };

function memoryShelf<Item>(): Shelf<Item> & { readonly items: Map<string, Item> } {
  const items = new Map<string, Item>();
  const key = ({ prompt, seed }: PictureTask): string => `${seed} ${prompt}`;
  return {
    items,
    get: async (task) => items.get(key(task)),
    put: async (task, item) => void items.set(key(task), item),
  };
}

const comparison = (quantized: Parts, reference: Parts = fakeParts(answering(1))) => ({
  tasks: TASKS,
  drawing: DRAWING,
  comparedSteps: 99,
  reference,
  quantized,
  drawn: memoryShelf<Trajectory>(),
  found: memoryShelf<Compared>(),
});

test('a model beside itself is exact, call by call and pixel by pixel', async () => {
  const records = await compared(comparison(fakeParts(answering(1))), signal);
  assert.is(records.length, TASKS.length);
  for (const { calls, latents, meanSquaredError, ssim } of records) {
    assert.equal([latents.noise, meanSquaredError, ssim], [0, 0, 1]);
    // PNDM evaluates once more than it has steps.
    assert.is(calls.length, 4);
    assert.ok(calls.every(({ conditional, unconditional }) => conditional.noise + unconditional.noise === 0));
  }
});

test('calls are compared on what the reference had reached, however far the other strays', async () => {
  const [record] = await compared(comparison(fakeParts(answering(0.9))), signal);
  for (const { conditional, unconditional, kept } of record!.calls) {
    // A tenth of everything is missing.
    for (const one of [conditional, unconditional]) assert.ok(Math.abs(sqnr(one) - 20) < 0.01, `${sqnr(one)} dB`);
    assert.ok(Math.abs(kept!.ratio - 0.9) < 1e-3 && kept!.cosine > 0.999, `${kept!.ratio}`);
  }
  assert.ok(sqnr(record!.latents) < 40 && record!.meanSquaredError > 0);
});

test('a model that is deaf to the prompt keeps nothing of it; the empty prompt leaves nothing to keep', async () => {
  const records = await compared(comparison(fakeParts(answering(1, true))), signal);
  assert.ok(records[0]!.calls.every(({ kept }) => kept?.ratio === 0));
  assert.ok(records[2]!.calls.every(({ kept }) => kept === undefined));
});

test('what was stopped goes on with the picture that was not compared, and the reference draws each once', async () => {
  const stop = new AbortController();
  const reference = fakeParts(answering(1));
  const quantized = fakeParts(answering(0.9));
  const asked = comparison(quantized, reference);
  const stopping: Shelf<Compared> = {
    ...asked.found,
    async put(task, item) {
      await asked.found.put(task, item);
      if (asked.found.items.size === 2) stop.abort(new Error('stopped'));
    },
  };
  await compared({ ...asked, found: stopping }, stop.signal).then(
    () => assert.unreachable(),
    () => undefined,
  );
  const runs = (parts: typeof reference) => parts.diary.filter((line) => line === 'run unet').length;
  const before = runs(quantized);
  const records = await compared(asked, signal);
  assert.is(records.length, 3);
  // 4 steps compared and 4 drawn, two calls each.
  assert.is(runs(quantized) - before, 16);
  assert.is(runs(reference), 3 * 8);
  const second = comparison(fakeParts(answering(0.8)), reference);
  await compared({ ...second, drawn: asked.drawn }, signal);
  assert.is(runs(reference), 3 * 8);
});

test('progress goes up to the end, whatever was drawn before', async () => {
  const asked = comparison(fakeParts(answering(0.9)));
  for (const times of [1, 2]) {
    const told: number[] = [];
    await compared({ ...asked, found: memoryShelf() }, signal, ({ done }) => told.push(done));
    assert.equal(
      told,
      [...told].sort((a, b) => a - b),
    );
    assert.ok(told[0]! > 0 && told[0]! < 0.2 && Math.abs(told.at(-1)! - 1) < 1e-9, `run ${times}: ${told}`);
  }
});

test('networks that are kept open are opened once and closed in the end', async () => {
  const parts = fakeParts(answering(1));
  const kept = keptOpen(parts);
  for (const task of TASKS) await trajectoryOf(task, DRAWING, kept, signal);
  const lines = (word: string) => parts.diary.filter((line) => line.startsWith(word));
  assert.equal(lines('open'), ['open text_encoder', 'open unet', 'open vae_decoder']);
  assert.equal(lines('close'), []);
  await kept.close();
  assert.equal(lines('close'), ['close text_encoder', 'close unet', 'close vae_decoder']);
  // Weights are closed by the pipeline, as ever.
  assert.equal(parts.closed, ['text_encoder', 'unet', 'vae_decoder']);
});

test('of all steps, the first and the last are compared, and others evenly between them', () => {
  const steps = Array.from({ length: 21 }, (_, i) => i);
  assert.equal(evenly(steps, 5), [0, 5, 10, 15, 20]);
  assert.equal(evenly(steps, 30), steps);
  assert.equal(evenly(steps, 1), [10]);
});

test('what is put on disk comes back as it was, and is refused for another model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'comparison-'));
  try {
    const asked = comparison(fakeParts(answering(0.9)));
    const records = await compared(asked, signal);
    const drawn = await trajectoryShelf(join(folder, 'drawn'), 'one');
    const found = await foundShelf(join(folder, 'found'), 'one');
    for (const task of TASKS) {
      await drawn.put(task, (await asked.drawn.get(task))!);
      await found.put(task, (await asked.found.get(task))!);
    }
    // What a stop leaves.
    await writeFile(join(folder, 'found', 'x.json.part'), '{');
    const again = await foundShelf(join(folder, 'found'), 'one');
    for (const [i, task] of TASKS.entries()) {
      assert.equal(await drawn.get(task), await asked.drawn.get(task));
      assert.equal((await again.get(task))!.record, records[i]);
      assert.equal((await again.get(task))!.picture, (await asked.found.get(task))!.picture);
    }
    assert.is(await again.get({ ...TASKS[0]!, seed: 9 }), undefined);
    assert.is((await readdir(join(folder, 'drawn'))).length, TASKS.length + 1);
    await rejects(() => trajectoryShelf(join(folder, 'drawn'), 'other'), 'bad-argument', 'drawn', 'other', 'one');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.run();
