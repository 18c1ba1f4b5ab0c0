/** Prompts to calibrate with: few of them are of many domains, and none is one to judge by. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DOMAINS, HELD_OUT_PROMPTS } from '../../../models/calibration/calibrationPrompts';
import { chosenPrompts } from '../../../workers/quantize/prompts';

test('as many as there are domains are of all of them', () => {
  const chosen = chosenPrompts(DOMAINS.length, []);
  assert.is(new Set(chosen.map(({ domain }) => domain)).size, DOMAINS.length);
});

test('none is held out, none comes twice, and there are no more than there are', () => {
  const all = chosenPrompts(1e6, []).map(({ domain, prompt }) => `${domain}: ${prompt}`);
  const heldOut = new Set(HELD_OUT_PROMPTS.map(({ domain, prompt }) => `${domain}: ${prompt}`));
  assert.is(new Set(all).size, all.length);
  assert.ok(all.length > 200);
  assert.equal(
    all.filter((one) => heldOut.has(one)),
    [],
  );
});

test('of the domains asked for alone', () => {
  const chosen = chosenPrompts(7, ['food', 'demo']);
  const ofFood = chosen.filter(({ domain }) => domain === 'food').length;
  assert.ok(ofFood === 3 || ofFood === 4, `${ofFood} of food`);
  assert.equal(new Set(chosen.map(({ domain }) => domain)), new Set(['food', 'demo']));
  assert.is(chosen.length, 7);
});

test.run();
