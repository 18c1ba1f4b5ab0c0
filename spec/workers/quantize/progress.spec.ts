/** A quantization's progress, in words. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quantizeProgress } from '../../../workers/quantize/progress.node';

function told() {
  const lines: string[] = [];
  let time = 0;
  const progress = quantizeProgress({ isTTY: true, write: (some) => lines.push(some) }, () => time);
  const pass = (seconds: number): void => {
    time += 1000 * seconds;
  };
  return { progress, lines, last: () => lines.at(-1)!, pass };
}

test('the time left goes by what this run has done, not by what it found done', () => {
  const { progress, last, pass } = told();
  progress.rounding('unet', 0.8);
  assert.not.ok(last().includes('left'), last());
  pass(10);
  progress.rounding('unet', 0.9);
  assert.ok(last().includes('10 s left'), last());
  // What is done next has a pace of its own.
  progress.rounding('vae_decoder', 0);
  assert.not.ok(last().includes('left'), last());
});

test('a note is a line of its own', () => {
  const { progress, lines } = told();
  progress.rounding('unet', 0.5);
  progress.note('something is missing');
  assert.equal(lines.slice(-2), ['\r\x1b[2K', 'something is missing\n'], 'the bar is cleared first');
});

test.run();
