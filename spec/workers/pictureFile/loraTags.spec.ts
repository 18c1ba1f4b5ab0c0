/** `<lora:…>` as stable-diffusion-webui 1.10 reads it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loraTag, withoutLoraTags } from '../../../workers/pictureFile/loraTags';
import { rejects } from '../../models/rejects';

const read = (prompt: string) => {
  const { text, written } = withoutLoraTags(prompt);
  return [text, ...written.map(({ tag }) => [tag.name, tag.textEncoderWeight ?? tag.weight, tag.weight])];
};

test('tags leave the text, and nothing else does', () => {
  assert.equal(read('a cat <lora:style:0.8>, blue'), ['a cat , blue', ['style', 0.8, 0.8]]);
  assert.equal(read('<lora:a><lora:b:2>x'), ['x', ['a', 1, 1], ['b', 2, 2]]);
  assert.equal(read('[<lora:a:.5>:dog:0.4] (b:1.2)'), ['[:dog:0.4] (b:1.2)', ['a', 0.5, 0.5]]);
  assert.equal(read('<lyco:a:-1e-1>'), ['', ['a', -0.1, -0.1]]);
  for (const other of ['a < b > c', '<lora>', '<lora:>', 'lora:a:1', '<hypernet:a:1>'])
    assert.equal(read(other), [other]);
});

test('the first weight is the text encoder’s, the second the UNet’s, which else is the same; both go by name, too', () => {
  // te = positional 1, or 1; then named; unet = positional 2, or te; then named (extra_networks_lora.py, activate).
  assert.equal(read('<lora:a:0.5:0.75>'), ['', ['a', 0.5, 0.75]]);
  assert.equal(read('<lora:a:unet=0.25>'), ['', ['a', 1, 0.25]]);
  assert.equal(read('<lora:a:te=0.25>'), ['', ['a', 0.25, 0.25]]);
  assert.equal(read('<lora:a:0.5:te=0:unet=2>'), ['', ['a', 0, 2]]);
  assert.equal(read('<lora:te=0:a:0.5>'), ['', ['a', 0, 0]]);
});

test('a weight that is no number is refused, with the tag', async () => {
  for (const [tag, got] of [
    ['<lora:a:b>', 'b'],
    ['<lora:a:>', ''],
    ['<lora:a:1:unet=x>', 'x'],
    ['<lora:a:inf>', 'inf'],
  ] as const)
    await rejects(async () => withoutLoraTags(`x ${tag}`), 'bad-argument', tag, `got ${got}`);
});

test('what a tag is written of is what is read of it', () => {
  for (const lora of [
    { name: 'a b', weight: 0.8 },
    { name: 'x', weight: -1, textEncoderWeight: 0.25 },
    { name: 'c', weight: 1e-7 },
  ]) {
    assert.equal(withoutLoraTags(loraTag(lora)).written[0]!.tag, lora);
  }
});

test.run();
