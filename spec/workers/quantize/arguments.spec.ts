/** The words of `npm run quantize`. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../../workers/quantize/arguments.node';
import { rejects } from '../../models/rejects';

const parse = (words: string) => parseArguments(words.split(' ').filter(Boolean));

test('a model and a folder are enough', () => {
  const { model, format, sizes, rounding, samples, domains } = parse('demo --out made');
  assert.equal([model, format, sizes, samples, domains], ['demo', 'w8a16', [], 128, ['demo']]);
  assert.equal(rounding, { rounding: 'gptq', sweeps: 3, iterations: 300 });
});

test('the demo model is calibrated by its own prompts, any other by all, unless others are asked for', () => {
  assert.equal(parse('demo --out made').domains, ['demo']);
  assert.equal(parse('model --out made').domains, []);
  assert.equal(parse('demo --out made --domain food').domains, ['food']);
});

test('biases are corrected where four bits are, unless it is said', () => {
  const corrected = (words: string): boolean => parse(`demo --out made ${words}`).biasCorrection;
  assert.equal(['', '--format w8a8', '--format w4a16', '--format w4'].map(corrected), [false, false, true, true]);
  assert.ok(corrected('--bias-correction on'));
  assert.not(corrected('--format w4 --bias-correction off'));
});

test('heads are drawn all at once, and moments have as little as can be, unless it is said', () => {
  const { heads, momentBytes } = parse('demo --out made');
  assert.equal([heads, momentBytes], ['batched', 0]);
  const said = parse('demo --out made --heads split --memory 6');
  assert.equal([said.heads, said.momentBytes], ['split', 6e9]);
});

test('sizes and domains may be several', () => {
  const { sizes, domains } = parse('demo --out made --size 512x768 --size 256x256 --domain food --domain animals');
  assert.equal(sizes, [
    { width: 512, height: 768 },
    { width: 256, height: 256 },
  ]);
  assert.equal(domains, ['food', 'animals']);
});

for (const [words, ...told] of [
  ['', 'MODEL', 'nothing'],
  ['demo other --out made', 'MODEL', 'demo | other'],
  ['demo', '--out', 'a folder'],
  ['demo --out made --format w3a16', '--format', 'w8a16', 'w3a16'],
  ['demo --out made --rounding best', '--rounding', 'gptq', 'best'],
  ['demo --out made --size 512', '--size', '512x768', '512'],
  ['demo --out made --size 500x512', '--size', '500x512'],
  ['demo --out made --size 64x64 --size 32x32 --size 64x64', '--size', '64x64 twice'],
  ['demo --out made --samples 0', '--samples', 'from 1 on', '0'],
  ['demo --out made --samples 1e3', '--samples', '1e3'],
  ['demo --out made --domain foods', '--domain', 'foods'],
  ['demo --out made --clipping max', '--clipping', 'mse', 'max'],
  ['demo --out made --bias-correction maybe', '--bias-correction', 'on, off', 'maybe'],
  ['demo --out made --heads both', '--heads', 'split, batched', 'both'],
  ['demo --out made --memory 1.5', '--memory', 'from 0 on', '1.5'],
  ['demo --out made --fast', '--fast', '--help'],
] as const) {
  test(`"${words}" is turned away`, () => rejects(() => parse(words), 'bad-argument', ...told));
}

test('no sweep at all is a number of sweeps', () => assert.is(parse('demo --out made --sweeps 0').rounding.sweeps, 0));

test.run();
