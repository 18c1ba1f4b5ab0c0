import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { guided, mimicked, perpendicular, rescaled } from '../../../workers/diffusion/guides';
import type { Latents } from '../../../workers/diffusion/latents';

const latents = (...values: number[]): Latents => ({
  shape: [1, 1, 1, values.length],
  data: Float32Array.from(values),
});

test('guidance 0 is the unconditional noise, 1 the conditional, 7.5 far beyond', () => {
  const [unconditional, conditional] = [latents(1, 2), latents(2, 0)];
  assert.equal(guided(0)(unconditional, conditional), unconditional);
  assert.equal(guided(1)(unconditional, conditional), conditional);
  // 1 + 7.5 · (2 - 1) and 2 + 7.5 · (0 - 2)
  assert.equal(guided(7.5)(unconditional, conditional), latents(8.5, -13));
});

test('rescaled, it has the deviation of the conditional noise, or a part of the way to it', () => {
  // Deviations: 2 of the conditional, and of what guidance makes of both, 1 ± 8, eight.
  const [unconditional, conditional] = [latents(1, 1), latents(3, -1)];
  const guide = guided(4);
  assert.equal(guide(unconditional, conditional), latents(9, -7));
  assert.equal(rescaled(guide, 1)(unconditional, conditional), latents(2.25, -1.75));
  assert.equal(rescaled(guide, 0.5)(unconditional, conditional), latents(5.625, -4.375));
});

test('what has no deviation is left as it is', () => {
  assert.equal(rescaled(guided(3), 1)(latents(1, 1), latents(2, 2)), latents(4, 4));
});

test('mimicking its own scale, guidance is what it is', () => {
  const [unconditional, conditional] = [latents(1, 2, 6), latents(2, 0, 7)];
  assert.equal(mimicked(3, 3, 100)(unconditional, conditional), guided(3)(unconditional, conditional));
});

test('each channel spans as much as at the scale that it mimics, about the mean of its own', () => {
  // Scale 1: spans 2 about 4. Scale 3: 8, 8, 2, mean 6, spans 4.
  const shape = [1, 2, 1, 3] as const;
  const unconditional = { shape, data: Float32Array.of(2, 2, 2, 5, 5, 5) };
  const conditional = { shape, data: Float32Array.of(4, 4, 2, 5, 5, 5) };
  const { data } = mimicked(3, 1.5, 100)(unconditional, conditional);
  // Scale 1.5: 5, 5, 2, mean 4, spans 2; the other channel is flat, and stays it.
  assert.equal([...data], [7, 7, 4, 5, 5, 5]);
});

test('what is farther out than the percentile is cut off, linear between two, before the rest is shrunk', () => {
  // Means 0. At scale 1 it spans 3; at scale 8 distances are 8, 8, 16, 16, 24, 24: at 87.5 % between two of 24, at 70 % half
  // way from 16 to 24.
  const [unconditional, conditional] = [latents(0, 0, 0, 0, 0, 0), latents(1, -1, 2, -2, 3, -3)];
  assert.equal([...mimicked(8, 1, 87.5)(unconditional, conditional).data], [1, -1, 2, -2, 3, -3]);
  const { data } = mimicked(8, 1, 70)(unconditional, conditional);
  const close = (at: number, value: number): boolean => Math.abs(data[at]! - value) < 1e-6;
  assert.ok(close(0, 1.2) && close(3, -2.4) && close(4, 3) && close(5, -3), `${data}`);
});

test('across the prompt, a negative prompt takes nothing from its own direction', () => {
  const empty = latents(1, 1);
  // Seen from there the prompt is (2, 0), and the negative one (3, 4), (0, 4) of it across.
  const [negative, prompt] = [latents(4, 5), latents(3, 1)];
  assert.equal(perpendicular(5, 0)(negative, prompt, empty), latents(11, 1));
  assert.equal(perpendicular(5, 0.5)(negative, prompt, empty), latents(11, -9));
  // Against the prompt's direction, or along it, it is without effect.
  assert.equal(perpendicular(5, 2)(latents(-7, 1), prompt, empty), latents(11, 1));
  // A prompt that says nothing has no direction.
  assert.equal(perpendicular(5, 1)(latents(2, 1), empty, empty), latents(-4, 1));
});

test('rescaled, it is still across', () => {
  const [negative, prompt, empty] = [latents(4, 5), latents(3, 1), latents(1, 1)];
  // Of (11, -9) the deviation is 10, of the prompt 1.
  const { data } = rescaled(perpendicular(5, 0.5), 1)(negative, prompt, empty);
  assert.ok(Math.abs(data[0]! - 1.1) < 1e-6 && Math.abs(data[1]! + 0.9) < 1e-6, `${data}`);
});

test.run();
