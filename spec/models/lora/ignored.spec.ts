import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { firstFew, ignoredNote } from '../../../models/lora/ignored';

test('three names are said, of more the first three and how many follow', () => {
  assert.is(firstFew(['a', 'b', 'c']), 'a, b, c');
  assert.is(firstFew(['a', 'b', 'c', 'd', 'e']), 'a, b, c, and 2 more');
});

test('a terminal is told how many parts were left out, and nothing where none was', () => {
  assert.is(ignoredNote({}), undefined);
  assert.is(ignoredNote({ ignored: [] }), undefined);
  assert.match(
    ignoredNote({ ignored: ['x: lora_te2_a', 'x: lora_te2_b'] })!,
    /left out 2 .*: x: lora_te2_a, x: lora_te2_b$/,
  );
});

test.run();
