import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureText, pickLanguage, sizeText, wordsIn } from '../../web/words/languages';
import type { Failure } from '../../workers/api';

const [en, zh] = await Promise.all([wordsIn.en(), wordsIn.zh()]);

test('the language is the first preferred one that the page speaks', () => {
  assert.is(pickLanguage(['de-DE', 'zh-CN', 'en']), 'zh');
  assert.is(pickLanguage(['EN-gb', 'zh']), 'en');
  assert.is(pickLanguage(['fr']), 'en');
  assert.is(pickLanguage([]), 'en');
});

test('every failure has words in every language, also without details', () => {
  const codes = Object.keys(en.errors) as Failure['code'][];
  assert.is(codes.length, 18);
  for (const said of [en, zh]) {
    for (const code of codes) assert.ok(failureText({ code, message: '' }, said).length > 2, code);
  }
});

test('a bad argument is named as the page names it, with the numbers', () => {
  const details = { argument: 'width', expected: 'a multiple of 8 from 64 to 2048', got: '100' };
  const failure: Failure = { code: 'bad-argument', message: '', details };
  assert.is(failureText(failure, en), 'Width must be a multiple of 8 from 64 to 2048; it is 100.');
  assert.match(failureText(failure, zh), /^宽度.*100/);
});

test('a pickle and a LoRA are told what they are, with the way out', () => {
  const failure = (code: Failure['code'], got: string, expected = 'safetensors'): Failure => ({
    ...{ code, message: '' },
    details: { argument: 'x.ckpt', expected, got },
  });
  for (const said of [en, zh]) {
    for (const pickle of ['a pickle', 'a pickle in a zip archive, as torch.save writes']) {
      assert.match(failureText(failure('bad-model', pickle), said), /x\.ckpt.* pickle.*safetensors/);
    }
    assert.match(failureText(failure('bad-model', 'a web page', 'a safetensors file'), said), /x\.ckpt.*a web page/);
    const lora = failureText(failure('unsupported-model', 'a LoRA'), said);
    assert.ok(lora.includes(said.openOptions), lora);
    assert.ok(!failureText(failure('unsupported-model', 'SDXL'), said).includes(said.openOptions));
  }
});

test('what steers, opened as a model, is told where it belongs; one for another base is told with the numbers', () => {
  const failure = (argument: string, got: string): Failure => ({
    ...{ code: 'unsupported-model', message: '' },
    details: { argument, expected: '64, as the model’s', got },
  });
  for (const said of [en, zh]) {
    for (const kind of ['a ControlNet', 'a T2I-adapter']) {
      const text = failureText(failure('x.safetensors', kind), said);
      assert.ok(text.includes(said.control(0)) && text.includes(kind.slice(2)), text);
    }
    const other = failureText(failure('edges: cross_attention_dim of the ControlNet', '768'), said);
    assert.match(other, /edges: cross_attention_dim.*64.*768/);
    assert.ok(failureText(failure('edges: channels of the T2I-adapter', '8,8'), said).includes('8,8'));
  }
  assert.equal([en.control(0), en.control(2)], ['Control', 'Control · 2']);
});

test('durations: seconds up to a minute and a half, then minutes, never zero', () => {
  assert.equal([0, 1000, 89_000, 90_000, 3_000_000].map(en.duration), [
    ...['1 second', '1 second', '89 seconds', '2 minutes', '50 minutes'],
  ]);
});

test('sizes of files in decimal units', () => {
  assert.equal([12, 1499, 24_900_000, 1_930_000_000].map(sizeText), ['1 KB', '1 KB', '25 MB', '1.9 GB']);
});

test.run();
