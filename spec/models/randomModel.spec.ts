import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromRoot } from '../root';
import { RANDOM_MODELS, randomModelFiles } from './randomModel';

for (const name of RANDOM_MODELS) {
  // Its tensors' names and shapes come from our networks here, and from diffusers and transformers there.
  test(`random model ${name} has the bytes that the Python recipe gives it`, async () => {
    const expected = JSON.parse(await readFile(fromRoot('spec/vectors/random-models.json'), 'utf8'))[name];
    const files = await randomModelFiles(name);
    for (const [file, sha256] of Object.entries(expected)) {
      assert.is(createHash('sha256').update(files.get(file)!).digest('hex'), sha256, file);
    }
  });
}

test.run();
