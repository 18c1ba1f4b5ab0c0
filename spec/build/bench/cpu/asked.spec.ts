/** What the benchmark of the CPU is asked for, and what it refuses before it measures anything. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { countAsked, namesAsked } from '../../../../build/bench/cpu/asked';

const KNOWN = ['unet-256', 'unet-512', 'text_encoder-512'];

const message = (ask: () => unknown): string => {
  try {
    return `accepted ${JSON.stringify(ask())}`;
  } catch (error) {
    return (error as Error).message;
  }
};

test('names are those given, all where none is, and none where none are wanted', () => {
  assert.equal(namesAsked('--figure', undefined, KNOWN), KNOWN);
  assert.equal(namesAsked('--figure', ['unet-512', 'unet-256'], KNOWN), ['unet-512', 'unet-256']);
  assert.equal(namesAsked('--figure', ['none'], KNOWN), []);
});

test('a name that is not known is refused with those that are', () => {
  assert.is(
    message(() => namesAsked('--figure', ['unet-512', 'unet512'], KNOWN)),
    'bad-argument: --figure: expected unet-256, unet-512, text_encoder-512, or none, got unet512',
  );
  // Nothing, and something: one of them was not meant.
  assert.match(
    message(() => namesAsked('--profile', ['none', 'unet-512'], KNOWN)),
    /^bad-argument: --profile: .*, got none$/,
  );
});

test('numbers of threads, rounds and runs are whole and above 0', () => {
  assert.is(countAsked('--threads', '16'), 16);
  for (const given of ['0', '-1', '2.5', 'all', '', ' 2', '1e3', '10000'])
    assert.is(
      message(() => countAsked('--threads', given)),
      `bad-argument: --threads: expected a whole number from 1 to 9999, got ${given}`,
    );
});

test.run();
