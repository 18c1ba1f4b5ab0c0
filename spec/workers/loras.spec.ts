/** LoRAs that a request names: in what order, from where, and what is said of one that is not here. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LoraShelf, lorasIn, openedLoras } from '../../workers/loras';
import { nearest } from '../../workers/nearest';
import { memorySource } from '../models/memoryFolder';
import { rejects } from '../models/rejects';

const shelf = (...names: readonly string[]): LoraShelf => ({
  names: async () => names,
  open: async (name) => (names.includes(name) ? memorySource(name, new Uint8Array(1)) : undefined),
});
const chosen = { loras: [{ name: 'a', weight: 0.5 }] };

test('those that were chosen come first, then those of the prompt, where it is read so', () => {
  const prompt = 'a cat <lora:b:0.3:0.7> <lora:a>';
  assert.equal(lorasIn({ ...chosen, prompt, promptStyle: 'a1111' }), [
    { name: 'a', weight: 0.5 },
    { name: 'b', weight: 0.7, textEncoderWeight: 0.3 },
    { name: 'a', weight: 1 },
  ]);
  assert.equal(lorasIn({ ...chosen, prompt }), chosen.loras);
});

test('a name that nobody has is an error, with those that are like it', async () => {
  const asked = { prompt: '<lora:watercolour:0.8>', promptStyle: 'a1111' } as const;
  await rejects(
    () => openedLoras(asked, shelf('pixel', 'watercolor')),
    'bad-argument',
    'loras',
    'watercolor, pixel',
    'watercolour',
  );
  await rejects(() => openedLoras(asked, shelf()), 'bad-argument', 'none', 'watercolour');
  const [found] = await openedLoras(asked, shelf('watercolour'));
  assert.equal([found!.name, found!.source.name, found!.weight], ['watercolour', 'watercolour', 0.8]);
});

test('weights beyond what any LoRA means anything at are refused, also of a prompt', async () => {
  for (const prompt of ['<lora:a:10.5>', '<lora:a:1:-11>', '<lora: :1>'])
    await rejects(() => openedLoras({ prompt, promptStyle: 'a1111' }, shelf('a', ' ')), 'bad-argument', 'loras');
  await rejects(
    () => openedLoras({ prompt: '', loras: [{ name: 'a', weight: Number.NaN }] }, shelf('a')),
    'bad-argument',
    'loras: a',
    '-10 to 10',
  );
});

test('the nearest names take the fewest changes', () => {
  // kitten to sitting: two others and one more; to mitten one other; to kit three fewer.
  assert.equal(nearest('kitten', ['sitting', 'mitten', 'kit', 'other words'], 3), ['mitten', 'sitting', 'kit']);
  assert.equal(nearest('KITTEN', ['mitten', 'kitten'], 1), ['kitten']);
});

test.run();
