/** Chunks as long as PNG lets them be (§5.3: 2^31 - 1 bytes), in sparse files that really are: what of them is read. */
import { openAsBlob } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ByteSource } from '../../../models/source';
import { readImage } from '../../../workers/cli/images';
import { pngBytes } from '../../../workers/cli/png';
import { readFrom } from '../../../workers/cli/recipe';
import { PNG_SIGNATURE, pngChunk } from '../../../workers/pictureFile/pngChunks';
import { textChunk } from '../../../workers/pictureFile/pngText';
import { readRecipe } from '../../../workers/pictureFile/recipe';
import { refusal } from '../refusal';

const LONGEST = 2 ** 31 - 1;
const bare = pngBytes({ width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) });
const IHDR = 25;

const test = suite('long texts');
let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'long-texts-'));
});
test.after(() => rm(folder, { recursive: true }));

/** A picture whose first text chunk is `LONGEST` bytes, of which `begins` are written; `behind` it the rest. */
async function longFile(name: string, type: string, begins: string, behind: readonly Uint8Array[]): Promise<string> {
  const path = join(folder, name);
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, LONGEST);
  head.set(Buffer.from(type, 'latin1'), 4);
  const start = PNG_SIGNATURE.length + IHDR;
  const file = await open(path, 'w');
  await file.write(Buffer.concat([bare.subarray(0, start), head, Buffer.from(begins, 'latin1')]));
  await file.write(Buffer.concat([...behind, bare.subarray(start)]), 0, undefined, start + 12 + LONGEST);
  await file.close();
  assert.ok((await stat(path)).size > LONGEST);
  return path;
}

/** As the page reads what is dropped on it, with the bytes that it asks for. */
async function dropped(path: string): Promise<{ source: ByteSource; asked: () => number }> {
  const blob = await openAsBlob(path);
  let bytes = 0;
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    bytes += end - start;
    return new Uint8Array(await blob.slice(start, end).arrayBuffer());
  };
  return { source: { name: 'a.png', size: blob.size, read }, asked: () => bytes };
}

test('a text of 2 GiB is refused by its header, of every kind, on the command and in the page', async () => {
  for (const [type, begins] of [
    ['tEXt', 'parameters\0a cat'],
    ['zTXt', 'parameters\0\0'],
    ['iTXt', 'pocket-diffusion\0\0\0\0\0{"version":1'],
  ] as const) {
    const path = await longFile(`${type}.png`, type, begins, []);
    const [keyword] = begins.split('\0');
    const said = (name: string) =>
      `bad-image: ${name}: ${type} ${keyword}: expected at most 1048576 bytes of text, got ${LONGEST}`;
    const before = process.memoryUsage().arrayBuffers;
    assert.is(await refusal(readFrom(path)), said(path));
    const { source, asked } = await dropped(path);
    assert.is(await refusal(readRecipe(source)), said('a.png'));
    assert.ok(asked() < 200, `${asked()} bytes`);
    assert.ok(process.memoryUsage().arrayBuffers - before < 1e6);
  }
});

test('one of another keyword, or of none, is stepped over, and what stands behind it is read', async () => {
  const behind = [textChunk('parameters', 'x\nSteps: 3, Sampler: Euler a, Seed: 4')];
  for (const begins of ['Comment\0', 'x'.repeat(300)]) {
    const path = await longFile('other.png', 'tEXt', begins, behind);
    assert.is((await readFrom(path)).request.prompt, 'x');
    const { source, asked } = await dropped(path);
    assert.is((await readRecipe(source)).request.prompt, 'x');
    assert.ok(asked() < 500, `${asked()} bytes`);
  }
});

test('a picture to begin from is not read where it is longer than its pixels could be', async () => {
  const path = await longFile('init.png', 'tEXt', 'Comment\0', []);
  const { size } = await stat(path);
  assert.is(await refusal(readImage(path)), `bad-image: ${path}: expected at most 576000000 bytes, got ${size}`);
});

test('what is around a text may be long as well, within reason', async () => {
  const long = (translated: number) =>
    pngChunk(
      'iTXt',
      Buffer.from(`parameters\0\0\0\0${'k'.repeat(translated)}\0${'x\nSteps: 3, Sampler: Euler, Seed: 4'}`),
    );
  const start = PNG_SIGNATURE.length + IHDR;
  const path = join(folder, 'around.png');
  for (const [translated, expected] of [
    [60_000, 'read'],
    [2 ** 21, 'bad-image: a.png: iTXt parameters: expected at most 1048576 bytes of text, got 2097202'],
  ] as const) {
    const file = await open(path, 'w');
    await file.write(Buffer.concat([bare.subarray(0, start), long(translated), bare.subarray(start)]));
    await file.close();
    assert.is(await refusal(readRecipe((await dropped(path)).source)), expected);
  }
});

test.run();
