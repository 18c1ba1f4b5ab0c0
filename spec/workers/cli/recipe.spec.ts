/** What a person hears before a picture is drawn again out of its file. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeForm, nodeInt8Backend } from '../../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { pngBytes } from '../../../workers/cli/png';
import { numbersNotes, recipeNotes } from '../../../workers/cli/recipe';
import { withChunks } from '../../../workers/pictureFile/pngChunks';
import { type DrawnBy, readRecipe, recipeChunks } from '../../../workers/pictureFile/recipe';
import { DEFAULTS } from '../../../workers/request';
import { memorySource } from '../../models/memoryFolder';

const bare = pngBytes({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) });
const request = { ...DEFAULTS, prompt: 'x', seed: 1, width: 64, height: 48 };
const by: DrawnBy = { request, model: 'demo', weights: 'int8', backend: 'wasm-int8' };
const recipeOf = (drawn: DrawnBy) => readRecipe(memorySource('a.png', withChunks(bare, recipeChunks(drawn))));

test('our own kernels say in what numbers they compute; a file does, and it is said where this machine has others', async () => {
  const forms = { relaxed: 'bytes', words: 'words' } as const;
  let checked = 0;
  for (const form of ['relaxed', 'words'] as const) {
    if (!(await nodeForm(form))) continue;
    checked++;
    const backend = await nodeInt8Backend({ form, threads: 1 });
    assert.is(backend.numbers, forms[form]);
    for (const numbers of ['bytes', 'words'] as const) {
      const recipe = await recipeOf({ ...by, numbers });
      assert.equal([recipe.numbers, recipe.ignored], [numbers, []]);
      const note = `note: it was computed in ${numbers}, this machine computes in ${backend.numbers}: nearly the same picture, not each byte`;
      assert.equal(numbersNotes(recipe, backend), numbers === backend.numbers ? [] : [note]);
      // That another backend computes is a note of its own.
      assert.equal(numbersNotes(recipe, nodeWasmBackend()), []);
    }
    // A file from before they said so, and none.
    assert.equal([numbersNotes(await recipeOf(by), backend), numbersNotes(undefined, backend)], [[], []]);
  }
  assert.ok(checked > 0, 'every machine has words');
});

test('another model, another backend and what is not drawn with are said', async () => {
  const recipe = { ...(await recipeOf(by)), ignored: ['later: 1'] };
  const same = { model: 'models/demo', backend: 'wasm-int8', initImage: undefined } as const;
  const told = ['note: the file says “later: 1”, which is not drawn with'];
  assert.equal(recipeNotes(recipe, same), told);
  // As the page calls the same model.
  assert.equal(recipeNotes({ ...recipe, model: 'Demo' }, same), told);
  assert.equal(recipeNotes(recipe, { ...same, model: 'other.safetensors', backend: 'wasm' }), [
    'note: it was drawn with the model demo; this draws with other.safetensors',
    'note: it was computed by wasm-int8; this computes with wasm, which draws it nearly the same',
    ...told,
  ]);
});

test.run();
