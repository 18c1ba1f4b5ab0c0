/** The index of the vectors is complete and true: every file is listed, with its hash, and made by a recipe that is here. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromRoot } from './root';

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly recipe: string;
  readonly source: { readonly package: string; readonly version: string };
  readonly tolerance: unknown;
  readonly because: string;
}

const FOLDER = 'spec/vectors';

const readIndex = async (): Promise<Entry[]> => JSON.parse(await readFile(fromRoot(`${FOLDER}/index.json`), 'utf8'));

/** Files with bytes of evidence in them: neither the index nor the recipes. */
async function vectorFiles(): Promise<string[]> {
  const entries = await readdir(fromRoot(FOLDER), { recursive: true, withFileTypes: true });
  const root = fromRoot(FOLDER).length + 1;
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root).replaceAll('\\', '/'))
    .filter((path) => path !== 'index.json' && !path.startsWith('recipes/'))
    .sort();
}

test('every listed file has the hash in the index', async () => {
  for (const { file, sha256 } of await readIndex()) {
    const bytes = await readFile(fromRoot(`${FOLDER}/${file}`));
    assert.is(createHash('sha256').update(bytes).digest('hex'), sha256, file);
  }
});

test('every file is listed, once', async () => {
  const listed = (await readIndex()).map(({ file }) => file).sort();
  assert.equal(await vectorFiles(), listed);
});

test('every entry names a recipe that is here, its source, a tolerance and a reason', async () => {
  const recipes = await readdir(fromRoot(`${FOLDER}/recipes`));
  const names = new Set<string>();
  for (const entry of await readIndex()) {
    assert.ok(recipes.includes(entry.recipe.replace(/^recipes\//, '')), `${entry.name}: ${entry.recipe}`);
    assert.ok(entry.source.package && entry.source.version && entry.because, entry.name);
    assert.ok(entry.tolerance !== undefined, entry.name);
    assert.not(names.has(entry.name), entry.name);
    names.add(entry.name);
  }
});

test('all vectors together stay below 6 MB', async () => {
  let bytes = 0;
  for (const file of await vectorFiles()) bytes += (await readFile(fromRoot(`${FOLDER}/${file}`))).length;
  assert.ok(bytes < 6_000_000, `${bytes} bytes`);
});

test.run();
