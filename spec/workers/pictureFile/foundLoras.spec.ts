/** The LoRAs of a picture among those that are here: by name, by hash, or missing and said so. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { foundLoras } from '../../../workers/pictureFile/foundLoras';

const here = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([name, hash]) => ({ name, hash: async () => hash }));
const HERE = here({ ink: 'aaaaaaaaaaaa', 'ink old': 'bbbbbbbbbbbb', clay: 'cccccccccccc' });
const request = {
  prompt: 'a cat <lora:wash:0.4>, <lora:clay:0.5:1>',
  promptStyle: 'a1111' as const,
  loras: [
    { name: 'ink', weight: 0.8 },
    { name: 'gone', weight: 1 },
  ],
};

test('what has the name and the hash is taken, what has the hash alone is taken by its name here', async () => {
  const hashes = { ink: 'bbbbbbbbbbbb', wash: 'AAAAAAAA', clay: 'cccccccccccc', gone: 'dddddddddddd' };
  const found = await foundLoras(request, hashes, HERE);
  assert.equal(found.request.loras, [{ name: 'ink old', weight: 0.8 }]);
  assert.is(found.request.prompt, 'a cat <lora:ink:0.4>, <lora:clay:0.5:1>');
  assert.equal(found.missing, ['gone (dddddddddddd)']);
});

test('without hashes the name decides; of another hash it is taken where no other has that hash', async () => {
  const found = await foundLoras(request, { ink: 'eeeeeeeeeeee' }, HERE);
  assert.equal(found.request.loras, [{ name: 'ink', weight: 0.8 }]);
  assert.is(found.request.prompt, 'a cat , <lora:clay:0.5:1>');
  assert.equal(found.missing, ['gone', 'wash']);
});

test('what was typed stays, whether it is here or not; so do tags where they are words', async () => {
  assert.equal((await foundLoras(request, {}, HERE, { prompt: true, loras: true })).request, request);
  const plain = { ...request, promptStyle: 'plain' as const };
  assert.equal((await foundLoras(plain, {}, HERE)).request, { ...plain, loras: [request.loras[0]] });
  assert.equal((await foundLoras({ prompt: 'x' }, {}, HERE)).request, { prompt: 'x' });
  assert.equal((await foundLoras({ seed: 1 } as { prompt?: string }, {}, HERE)).request, { seed: 1 });
});

test('of one that has the name and another hash it is said, if no other has the hash', async () => {
  const asked = { loras: [{ name: 'ink', weight: 1 }], prompt: '<lora:ink:1>', promptStyle: 'a1111' as const };
  const { missing, others } = await foundLoras(asked, { ink: 'eeeeeeeeeeee' }, HERE);
  assert.equal(missing, []);
  assert.equal(others, [{ name: 'ink', expected: 'eeeeeeeeeeee', got: 'aaaaaaaaaaaa' }]);
  assert.equal((await foundLoras(asked, { ink: 'aaaaaaaaaaaa' }, HERE)).others, []);
  assert.equal((await foundLoras(asked, {}, HERE)).others, []);
  assert.equal((await foundLoras(asked, { ink: 'bbbbbbbbbbbb' }, HERE)).others, []);
});

test('hashes are asked for where names do not tell, once each; what cannot be read is none of them', async () => {
  const asked: string[] = [];
  const counted = HERE.map(({ name, hash }) => ({
    name,
    hash: () => {
      asked.push(name);
      return name === 'ink old' ? Promise.resolve(undefined) : hash();
    },
  }));
  await foundLoras(request, { clay: 'cccccccccccc' }, counted);
  assert.equal(asked, ['clay']);
  asked.length = 0;
  const hashes = { gone: 'dddddddddddd', wash: 'bbbbbbbbbbbb', clay: 'eeeeeeeeeeee' };
  const { missing } = await foundLoras(request, hashes, counted);
  assert.equal(asked.sort(), ['clay', 'ink', 'ink old']);
  assert.equal(missing, ['gone (dddddddddddd)', 'wash (bbbbbbbbbbbb)']);
});

test.run();
