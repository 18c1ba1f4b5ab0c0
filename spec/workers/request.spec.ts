import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../workers/api';
import { asFailure } from '../../workers/errors';
import { checkRequest, DEFAULTS } from '../../workers/request';

const SOUND: ImageRequest = { ...DEFAULTS, prompt: 'a cat', seed: 1, width: 256, height: 256 };

const refusal = (change: Partial<Record<keyof ImageRequest, unknown>>) => {
  try {
    checkRequest({ ...SOUND, ...change } as ImageRequest);
  } catch (thrown) {
    return asFailure(thrown).message;
  }
  return 'accepted';
};

test('the defaults are a sound request, and so are the ends of every range', () => {
  assert.is(refusal({}), 'accepted');
  assert.is(refusal({ steps: 1, guidanceScale: 0, seed: 0, width: 8, height: 2048, numImages: 64 }), 'accepted');
  assert.is(refusal({ prompt: '' }), 'accepted');
});

test('a size must be a multiple of 8 up to 2048', () => {
  for (const width of [100, 0, -64, 4, 2056, 256.5, Number.NaN]) {
    assert.is(refusal({ width }), `bad-argument: width: expected a multiple of 8 from 8 to 2048, got ${width}`);
  }
});

test('steps, seed and count are whole numbers in range', () => {
  assert.is(refusal({ steps: 0 }), 'bad-argument: steps: expected an integer from 1 to 1000, got 0');
  assert.is(refusal({ steps: 2.5 }), 'bad-argument: steps: expected an integer from 1 to 1000, got 2.5');
  assert.match(refusal({ seed: -1 }), /^bad-argument: seed: .* got -1$/);
  assert.match(refusal({ numImages: 65 }), /^bad-argument: numImages: .* got 65$/);
});

test('guidance is a finite number from 0 to 100', () => {
  for (const guidanceScale of [-0.1, 100.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.match(refusal({ guidanceScale }), /^bad-argument: guidanceScale: expected a number from 0 to 100, got /);
  }
});

test('an unknown scheduler or way is refused with the known ones', () => {
  assert.is(refusal({ memory: 'less' }), 'bad-argument: memory: expected one of auto, normal, low, got less');
  assert.is(refusal({ scheduler: 'heun' }), 'bad-argument: scheduler: expected one of pndm, ddim, euler, got heun');
});

test.run();
