/** Whole pictures as sums of what was measured of their parts. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fast512, own512, picture512 } from '../../../../build/bench/cpu/figures';

/** Milliseconds whose sums say what they are made of. */
const EACH: Readonly<Record<string, number>> = {
  ...{ 'text_encoder-512': 1e10, 'vae_decoder-512': 1e8, 'unet-512': 1e6, 'unet-512-first': 1e4 },
  ...{ 'unet-512-shallow': 1e2, 'unet-512-shallow-first': 1 },
};
const times = new Map(Object.entries(EACH));

test('ours are two prompts, twenty steps of two passes of which three steps are with care, and one decoding', () => {
  // Timesteps of DDIM: 951, 901 and 851 are no less than 830.
  assert.is(own512(times), 2 * 1e10 + 1e8 + 34 * 1e6 + 6 * 1e4);
});

test("a peer's time of the text encoder is of both prompts, and it takes no care", () => {
  assert.is(picture512(times), 1e10 + 1e8 + 40 * 1e6);
});

test('the fast one computes deep features in every third step and guides in the first sixteen', () => {
  // Whole: 0 with care; 3, 6 … 15 guided, 18 not. Shallow: 1 and 2 with care; eight more guided; 16, 17 and 19 not.
  assert.is(fast512(times), 2 * 1e10 + 1e8 + 11 * 1e6 + 2 * 1e4 + 19 * 1e2 + 4);
});

test('what is not measured makes a picture none, and what is in no picture does not', () => {
  const without = (name: string) => new Map([...times].filter(([figure]) => figure !== name));
  for (const name of Object.keys(EACH)) {
    const whole = !name.includes('shallow');
    assert.is(own512(without(name)) === undefined, whole, name);
    assert.is(picture512(without(name)) === undefined, whole && !name.includes('first'), name);
    assert.is(fast512(without(name)), undefined, name);
  }
});

test.run();
