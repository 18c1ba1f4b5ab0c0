/** `--fast`: what it leaves out, what it leaves alone, and what it says. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../../workers/cli/arguments';
import { guidanceFor } from '../../../workers/cli/guidanceOptions';
import { fastNote, fastSaving } from '../../../workers/cli/savingOptions';
import { fast } from '../../../workers/fast';
import { checkRequest } from '../../../workers/request';
import { rejects } from '../../models/rejects';

test('the more steps, the more is left out; of few, nothing', () => {
  assert.equal(fast({ steps: 8 }), {});
  assert.equal(fast({ steps: 12 }), { cacheInterval: 2, guidanceInterval: [0, 0.8] });
  assert.equal(fast({ steps: 20 }), { cacheInterval: 3, guidanceInterval: [0, 0.8] });
  for (let steps = 1; steps <= 100; steps++) {
    const { request } = parseArguments(['x', '--steps', `${steps}`]);
    checkRequest({ ...request, width: 64, height: 64, ...fast({ steps }) });
  }
});

test('our own kernels compute, unless another backend is asked for', () => {
  assert.equal(
    [parseArguments(['x', '--fast']).backend, parseArguments(['x', '--fast']).weights],
    ['wasm-int8', 'auto'],
  );
  assert.is(parseArguments(['x', '--fast', '--backend', 'wasm']).backend, 'wasm');
  assert.is(parseArguments(['x']).fast, false);
});

test('what is asked for besides stays as it is', () => {
  const asked = { steps: 20, guidance: 'auto' } as const;
  assert.equal(fastSaving(asked), { cacheInterval: 3, guidanceInterval: [0, 0.8] });
  assert.equal(fastSaving({ ...asked, cacheInterval: 1 }), { guidanceInterval: [0, 0.8] });
  assert.equal(fastSaving({ ...asked, guidanceInterval: [0, 1] }), { cacheInterval: 3 });
  assert.equal(fastSaving({ ...asked, guidance: 'one-call' }), { cacheInterval: 3 });
});

test('of a picture that is drawn from, or in two passes, what is drawn counts, and some of it is guided', () => {
  const initImage = { width: 64, height: 64, pixels: new Uint8Array(3 * 64 * 64) };
  assert.equal(fast({ steps: 20, initImage, strength: 0.2 }), {});
  assert.equal(fast({ steps: 20, initImage, strength: 0.7 }), { cacheInterval: 2, guidanceInterval: [0, 0.8] });
  // 16 of 80 steps are left.
  assert.equal(fast({ steps: 80, initImage, strength: 0.2 }), { cacheInterval: 2 });
  assert.equal(fast({ steps: 20, hiresScale: 2 }), { cacheInterval: 3, guidanceInterval: [0, 0.8] });
  // The second pass takes the last 20 of 100.
  assert.equal(fast({ steps: 20, hiresScale: 2, hiresStrength: 0.2 }), { cacheInterval: 3 });
});

test('of prompts that are joined guidance stays, which would save no pass; beside what steers, features are kept', () => {
  assert.equal(fast({ steps: 20, prompt: 'a AND b', promptStyle: 'a1111' }), { cacheInterval: 3 });
  const controls = [{ name: 'canny', image: { width: 1, height: 1, pixels: new Uint8Array(3) } }];
  assert.equal(fast({ steps: 12, controls }), { cacheInterval: 2, guidanceInterval: [0, 0.8] });
});

test('of prompts that are joined each takes a call, and one call for all is refused', async () => {
  for (const prompt of ['a AND b', 'a :0.5', 'a :0.5 <lora:c:1>']) {
    const asked = { prompt, promptStyle: 'a1111' } as const;
    assert.is(guidanceFor({ ...asked, guidance: 'auto' }), 'two-calls', prompt);
    const refused = () => guidanceFor({ ...asked, guidance: 'one-call' });
    await rejects(refused, 'bad-argument', '--guidance', 'joined by AND', 'one-call');
  }
  assert.is(guidanceFor({ prompt: 'a BAND b <lora:c:0.5>', promptStyle: 'a1111', guidance: 'one-call' }), 'one-call');
  assert.is(guidanceFor({ prompt: 'a AND b', promptStyle: 'plain', guidance: 'auto' }), 'auto');
});

test('it says what it did', () => {
  const all = { cacheInterval: 3, guidanceInterval: [0, 0.8] } as const;
  const said = 'note: fast: computed by wasm-int8, deep features kept for 3 steps, guided from 0 to 0.8 of the steps';
  assert.is(fastNote('wasm-int8', all), said);
  assert.is(fastNote('wasm', {}), 'note: fast: computed by wasm');
});

test.run();
