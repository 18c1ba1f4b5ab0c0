import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scheduledAt, scheduleOf } from '../../../workers/text/schedule';
import { promptVectors } from './vectors';

const texts = (prompt: string, steps: number) => scheduleOf(prompt, steps).map(({ until, text }) => [until, text]);

test('every prompt is in each step what it is in stable-diffusion-webui', () => {
  assert.ok(promptVectors.schedules.length > 150);
  for (const [prompt, steps, expected] of promptVectors.schedules)
    assert.equal(texts(prompt, steps), expected, JSON.stringify(prompt));
});

test('a text holds one step longer than its number says, counted from 0, as in that program', () => {
  const drawn = (prompt: string, steps: number) => {
    const schedule = scheduleOf(prompt, steps);
    return Array.from({ length: steps }, (_, step) => scheduledAt(schedule, step));
  };
  assert.equal(drawn('[a:b:2]', 5), ['a', 'a', 'a', 'b', 'b']);
  assert.equal(drawn('[a:b:0.4]', 5), ['a', 'a', 'a', 'b', 'b']);
  assert.equal(drawn('[a|b]', 5), ['a', 'a', 'b', 'a', 'b']);
  assert.is(scheduledAt(scheduleOf('[a|b]', 5), 99), 'a');
});

test('the edit that many write: from, to, when; to and when; from and when', () => {
  assert.equal(texts('[a:b:0.4]', 10), [
    [4, 'a'],
    [10, 'b'],
  ]);
  assert.equal(texts('[a::0.4]', 10), [
    [4, 'a'],
    [10, ''],
  ]);
  assert.equal(texts('[b:0.4]', 10), [
    [4, ''],
    [10, 'b'],
  ]);
});

test('brackets without end, and deeper than anybody writes, are text, and take no time', () => {
  const started = performance.now();
  for (const open of ['(', '[', '[a:', '[a|', '([']) {
    const prompt = open.repeat(5_000);
    const [first, ...more] = texts(prompt, 4);
    assert.is(more.length, 0);
    assert.equal(first, [4, prompt]);
  }
  assert.ok(performance.now() - started < 5_000);
});

test.run();
