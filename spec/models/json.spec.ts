import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeText, parseJson } from '../../models/json';
import { rejects } from './rejects';

test('JSON comes back as it was written', () => {
  for (const value of [{ a: [1, 'ü'] }, [], null, 0]) assert.equal(parseJson('x', JSON.stringify(value)), value);
});

for (const [what, text, got] of [
  ['nothing at all', ' \n', 'nothing'],
  ['a web page', '<!doctype html><html>', 'text that begins "<!doctype html><"'],
  ['an end within a list', '{"a": [1,', 'text that ends too early'],
  ['an end within a string', '{"a": "b', 'text that ends too early'],
  ['an end behind a comma', '{"a": 1,\n', 'text that ends too early'],
  ['a comma too many', '{\n  "a": 1,\n  "b": 2,\n}\n', 'a fault in line 4, column 1'],
  ['a value without quotes', '{"append to": 1,\n "the end, at position 5": x}', 'text with a fault in it'],
  ['a name without quotes', `{\n  "a": 1,\n  b: ${'2'.repeat(100)}\n}`, 'a fault in line 3, column 3'],
] as const) {
  test(`${what} instead of JSON is said in our words`, () =>
    rejects(() => parseJson('x.json', text), 'bad-model', `x.json: expected JSON, got ${got}`));
}

test('bytes that are no UTF-8 are no text', () =>
  rejects(() => decodeText('x.json', Uint8Array.of(0x7b, 0xff)), 'bad-model', 'x.json: expected UTF-8 text'));

test.run();
