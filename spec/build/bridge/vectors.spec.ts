/** The bridge's vectors are what their script makes. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VECTORS, vectorsText } from '../../../build/bridge/vectors';
import { fromRoot } from '../../root';

test('vectors.json is what build/bridge/vectors.ts writes', async () => {
  assert.ok(
    (await readFile(fromRoot(VECTORS), 'utf8')) === vectorsText(),
    `run: node build/run.mjs build/bridge/vectors.ts`,
  );
});

test.run();
