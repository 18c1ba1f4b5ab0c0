/**
 * Our files as exiftool reads them, where it is installed (12.57 was): both texts, whole, and nothing that it warns of. Which side of a
 * photograph is up, for us and for it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pngBytes } from '../../../workers/cli/png';
import { withChunks } from '../../../workers/pictureFile/pngChunks';
import { pngTexts } from '../../../workers/pictureFile/pngText';
import { recipeChunks } from '../../../workers/pictureFile/recipe';
import { DEFAULTS } from '../../../workers/request';
import { memorySource } from '../../models/memoryFolder';
import { fromRoot } from '../../root';

const run = (...words: readonly string[]): string => execFileSync('exiftool', words, { encoding: 'utf8' });

function versionHere(): string | undefined {
  try {
    return run('-ver').trim();
  } catch {
    return undefined;
  }
}

/** What it says of each of `files`, by tags' names. */
async function readBy(folder: string, files: readonly Uint8Array[], ending: string, ...asked: readonly string[]) {
  const paths = files.map((_, i) => join(folder, `${i}.${ending}`));
  for (const [i, path] of paths.entries()) await writeFile(path, files[i]!);
  return JSON.parse(run('-j', '-charset', 'utf8', ...asked, ...paths)) as readonly Readonly<Record<string, unknown>>[];
}

const PROMPTS = [
  'a red apple on a blue background',
  'un café à la plage, naïve ÿ',
  '一只猫 🐈, \u0411\u0430\u0440\u0441\u0438\u043a',
  'first line\n\nthird, with "quotes", a \\ and a colon: so\nSteps: not yet',
  'x'.repeat(100_000),
];
const KEYWORDS = ['parameters', 'pocket-diffusion'] as const;
const bare = pngBytes({ width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) });

const test = suite('exiftool');
const version = versionHere();
if (version === undefined) {
  console.log('exiftool is not installed: what it reads in our files was not asked');
  test('exiftool is not installed here, and our files were not shown to it', () => {
    assert.is(versionHere(), undefined);
  });
} else {
  let folder = '';
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exiftool-'));
  });
  test.after(() => rm(folder, { recursive: true }));

  test('it reads both texts of our files as we do, any script and length, and warns of nothing', async () => {
    const files = PROMPTS.map((prompt, i) => {
      const request = { ...DEFAULTS, prompt, negativePrompt: '模糊'.repeat(i % 2), seed: i, width: 64, height: 48 };
      return withChunks(bare, recipeChunks({ request, model: 'demo', weights: 'exact', backend: 'wasm' }));
    });
    const read = await readBy(folder, files, 'png', '-PNG:all', '-validate');
    for (const [i, bytes] of files.entries()) {
      const { texts } = await pngTexts(memorySource('a.png', bytes), KEYWORDS);
      // It names a text by its keyword, with a capital.
      for (const keyword of KEYWORDS)
        assert.is(read[i]![`${keyword[0]!.toUpperCase()}${keyword.slice(1)}`], texts.get(keyword), `${keyword}, ${i}`);
      assert.is(read[i]!.Validate, 'OK', `${i}`);
    }
  });

  test('it says of WebP and PNG files which side is up as they say it to us', async () => {
    const vectors = await readFile(fromRoot('spec/vectors/picture-kinds.json'), 'utf8');
    const turned = (JSON.parse(vectors) as readonly { mode: string; file: string }[]).flatMap(({ mode, file }) => {
      const [, orientation] = /turned (\d)$/.exec(mode) ?? [];
      return orientation ? [{ mode, orientation: Number(orientation), bytes: Buffer.from(file, 'base64') }] : [];
    });
    assert.ok(turned.length >= 10, `${turned.length} turned`);
    const files = turned.map(({ bytes }) => bytes);
    const read = await readBy(folder, files, 'picture', '-Orientation', '-n');
    for (const [i, { mode, orientation }] of turned.entries()) assert.is(read[i]!.Orientation, orientation, mode);
  });
}

test.run();
