/**
 * Whole pictures with every sampler against diffusers': the unguided ones, which take a third of the time, small single ones of a
 * batch, and a few whose words are read, or that are guided or steered, in other ways; by a sampler or two, as what every sampler makes of
 * other predictions and spacings is in spec/workers/diffusion. `npm run fidelity` draws them all, as its slow twin does.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fidelity, fidelityCases, LEAST_DECIBELS } from '../../build/fidelity';
import { MOST_MERGED } from '../../models/graph/tokenMerging';
import { HIRES_UPSCALERS } from '../../workers/hires';
import { SCHEDULERS } from '../../workers/request';
import { fromRoot } from '../root';

const cases = await fidelityCases(fromRoot('.'));
const QUICK =
  /-tall-1$|^pndm-(into|hires)$|-(embedding|break|interval|perpendicular)$|^unipc-cache$|^euler-(merged|control|ip|ip-masks|freeu|trailing-4|tiny|v|and)$|-control-(guess|pooled|masked)$|-adapter-light$|-into-(only-masked|beyond)$|-told$|^(ddim|euler)-zero-snr$|^dpmpp_2m-own-karras$|^ddim-from-tiny$/;
const quick = cases.filter(({ name, only, from }) => QUICK.test(name) || (only && from !== 'fidelity'));

test('the cases are of every sampler and spacing, more than ten prompts, square and not, little guidance and much', () => {
  const different = (of: (each: (typeof cases)[number]) => unknown) => new Set(cases.map(of));
  assert.equal([...different(({ scheduler }) => scheduler)].sort(), [...SCHEDULERS].sort());
  assert.is(different(({ sigmas = 'model' }) => sigmas).size, 5);
  assert.ok(different(({ prompt }) => prompt).size >= 10);
  assert.is(different(({ width, height }) => Math.sign(width - height)).size, 3);
  for (const scale of [1, 1.5, 7.5, 12]) assert.ok(cases.some(({ guidanceScale }) => guidanceScale === scale));
  assert.ok(cases.filter(({ from }) => from === 'pictures-inpaint').length >= 4);
  assert.ok(quick.length > SCHEDULERS.length, `${quick.length} cases`);
});

test('cases are of both styles of prompts, several chunks, skipped layers and a learned word', () => {
  const text = cases.filter(({ from }) => from === 'fidelity-text');
  assert.ok(text.some(({ promptStyle }) => promptStyle === 'a1111'));
  assert.ok(text.some(({ promptStyle, longPrompts }) => !promptStyle && longPrompts === 'chunks'));
  for (const style of [undefined, 'a1111'])
    assert.ok(text.some(({ clipSkip, promptStyle }) => clipSkip && promptStyle === style));
  assert.ok(text.some(({ embeddings }) => embeddings!.length > 0));
});

test('cases are of guidance brought back, left out in some steps, thresholded, and across', () => {
  const guidance = cases.filter(({ from }) => from === 'fidelity-guidance');
  assert.ok(guidance.some(({ guidanceRescale = 0 }) => guidanceRescale > 0));
  assert.ok(guidance.some(({ guidanceInterval }) => guidanceInterval));
  assert.ok(guidance.some(({ mimicScale }) => mimicScale));
  assert.ok(guidance.some(({ perpendicularNegative }) => perpendicularNegative));
});

test('cases are of models that predict v, end in pure noise, or have levels of their own, by their scheduler config', () => {
  const configs = cases.flatMap(({ scheduleConfig }) => scheduleConfig ?? []);
  assert.ok(configs.filter(({ predictionType }) => predictionType === 'v_prediction').length >= 7);
  assert.ok(configs.some(({ rescaleBetasZeroSnr }) => rescaleBetasZeroSnr));
  assert.ok(
    cases.some(({ scheduleConfig, guidanceRescale }) => scheduleConfig?.rescaleBetasZeroSnr && guidanceRescale),
  );
  assert.equal(new Set(configs.flatMap(({ sigmaSpacing }) => sigmaSpacing ?? [])), new Set(['karras', 'exponential']));
});

test('cases are of prompts joined by AND, and of one with a weight; guided and not', () => {
  const joined = cases.filter(({ from }) => from === 'fidelity-and');
  assert.ok(joined.some(({ prompt }) => (prompt.match(/AND/g) ?? []).length > 1));
  assert.ok(joined.some(({ prompt }) => !prompt.includes('AND')));
  assert.ok(joined.some(({ guidanceScale }) => guidanceScale === 1));
});

test('cases are of deep features kept for several numbers of steps, from several branches on', () => {
  const saving = cases.filter(({ from }) => from === 'fidelity-saving');
  assert.ok(new Set(saving.map(({ cacheInterval }) => cacheInterval)).size >= 4);
  assert.ok(new Set(saving.map(({ cacheBranch = 0 }) => cacheBranch)).size >= 4);
});

test('cases with merged tokens are of several ratios, the largest among them', () => {
  const ratios = new Set(cases.flatMap(({ tokenMergingRatio }) => tokenMergingRatio ?? []));
  assert.ok(ratios.size >= 3 && ratios.has(MOST_MERGED));
});

test('cases are steered by one ControlNet and two, in all calls and some, by guessing, from a picture and into one', () => {
  const steered = cases.filter(({ controlled }) => controlled);
  assert.ok(steered.some(({ controlled }) => controlled!.length === 2));
  const kinds = new Set(steered.flatMap(({ controlled }) => controlled!.map(({ name }) => name.replace(/-.*/, ''))));
  assert.equal(kinds, new Set(['control', 'adapter']));
  const adapters = steered.map(({ controlled }) =>
    controlled!.map(({ name }) => name).filter((name) => /^adapter/.test(name)),
  );
  const light = (name: string): boolean => name.includes('light');
  assert.ok(
    adapters.some((names) => names.length > 1 && names.some(light) && !names.every(light)),
    'both kinds at once',
  );
  assert.ok(steered.some(({ controlled }) => controlled!.some(({ start = 0, end = 1 }) => start > 0 && end < 1)));
  assert.ok(steered.some(({ controlGuess }) => controlGuess));
  assert.ok(steered.some(({ initFrom, maskBox }) => initFrom && !maskBox));
  assert.ok(steered.some(({ maskBox }) => maskBox));
});

test('cases are drawn like one picture and two, by adapters of every kind and by two, guided and not, steered, and with deep features kept', () => {
  const alike = cases.filter(({ likened }) => likened);
  const kinds = new Set(alike.flatMap(({ likened }) => likened!.map(({ name }) => name)));
  assert.equal(kinds, new Set(['plain', 'full', 'plus']));
  assert.ok(alike.some(({ likened }) => likened!.length === 2));
  assert.ok(alike.some(({ likened }) => likened!.some(({ follows }) => follows.length === 2)));
  assert.ok(alike.some(({ guidanceScale }) => guidanceScale === 1));
  const places = alike.flatMap(({ likened }) => likened!.flatMap(({ boxes }) => (boxes ? [boxes.length] : [])));
  assert.ok(places.some((count) => count > 1));
  for (const field of ['initFrom', 'controlled', 'cacheInterval'] as const)
    assert.ok(
      alike.some((each) => each[field]),
      field,
    );
});

test('cases in two passes are of every upscaler, scales and a shape of its own', () => {
  const hires = cases.filter(({ from }) => from === 'fidelity-hires');
  assert.is(new Set(hires.map(({ hiresUpscaler = 'latent' }) => hiresUpscaler)).size, HIRES_UPSCALERS.length);
  assert.ok(hires.some(({ hiresSize }) => hiresSize));
  assert.ok(hires.some(({ hiresSteps }) => hiresSteps));
});

test('cases with FreeU are of its own factors and of others', () => {
  const factors = cases.flatMap(({ freeu }) => (freeu ? [`${freeu}`] : []));
  assert.is(new Set(factors).size, 3);
});

test('cases are of few steps, timesteps spaced or given otherwise, a model told its guidance, and a tiny VAE both ways', () => {
  const few = cases.filter(({ from }) => from === 'fidelity-few');
  for (const steps of [1, 2, 4, 8])
    assert.ok(few.some((each) => each.timestepSpacing === 'trailing' && each.steps === steps));
  assert.equal([...new Set(few.flatMap(({ timesteps, scheduler }) => (timesteps ? [scheduler] : [])))].sort(), [
    'ddpm',
    'dpmpp_2m',
    'heun',
    'lcm',
    'tcd',
  ]);
  assert.ok(few.some(({ guidanceTold, guidanceScale }) => guidanceTold && guidanceScale > 1));
  for (const use of [undefined, 'both', 'encoding'])
    assert.ok(few.some(({ tinyVae }) => tinyVae && tinyVae.use === use));
});

test("pictures are diffusers'", async () => {
  for await (const { name, decibels } of fidelity(quick, fromRoot('.'))) {
    assert.ok(decibels >= LEAST_DECIBELS, `${name}: ${decibels.toFixed(1)} dB`);
  }
});

test.run();
