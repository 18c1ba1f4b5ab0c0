/** The app serves the page as build/serve.ts does: one policy, one table of types, in two languages. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { POLICY, TYPES } from '../../../build/serve';
import { fromRoot } from '../../root';

const java = (name: string): Promise<string> =>
  readFile(fromRoot(`bridge-android/app/src/main/java/pocketdiffusion/app/${name}.java`), 'utf8');

test('the policy is the same word for word', async () => {
  const source = /POLICY =\s([^;]|; ")*?;\n/.exec(await java('PageHeaders'))?.[0] ?? '';
  const words = [...source.matchAll(/"([^"]*)"/g)].map(([, word]) => word);
  assert.is(words.join(''), POLICY);
});

test('every type that is served there is served here', async () => {
  const source = await java('MediaTypes');
  const types = new Map([...source.matchAll(/TYPES\.put\("(\w+)", "([^"]+)"\)/g)].map(([, end, type]) => [end, type]));
  assert.ok(types.size >= Object.keys(TYPES).length);
  for (const [ending, type] of Object.entries(TYPES)) assert.is(types.get(ending.slice(1)), type.split(';')[0], ending);
});

test.run();
