/** The app's words: every one in both languages, with the same blanks in it, and none that nobody says. */
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromRoot } from '../root';

const APP = 'bridge-android/app/src/main';

async function words(folder: string): Promise<Map<string, string>> {
  const xml = await readFile(fromRoot(`${APP}/res/${folder}/strings.xml`), 'utf8');
  return new Map([...xml.matchAll(/<string name="(\w+)">([^<]+)</g)].map(([, name, text]) => [name!, text!]));
}

const blanks = (text: string): string[] => [...text.matchAll(/%\d\$[ds]/g)].map(([blank]) => blank).sort();

test('English and Chinese say the same things', async () => {
  const [en, zh] = [await words('values'), await words('values-zh')];
  assert.ok(en.size > 20);
  assert.equal([...zh.keys()], [...en.keys()]);
  for (const [name, text] of en) assert.equal(blanks(zh.get(name)!), blanks(text), name);
});

test('every word is said somewhere', async () => {
  const sources = ['AndroidManifest.xml', 'res/xml/shortcuts.xml'];
  for (const name of await readdir(fromRoot(`${APP}/java/pocketdiffusion/app`)))
    sources.push(`java/pocketdiffusion/app/${name}`);
  const texts = await Promise.all(sources.map((path) => readFile(fromRoot(`${APP}/${path}`), 'utf8')));
  const said = texts.join('\n');
  for (const name of (await words('values')).keys())
    assert.ok(new RegExp(`(R\\.string\\.|@string/)${name}\\b`).test(said), name);
});

test.run();
