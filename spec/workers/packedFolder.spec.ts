/** Folders of `npm run convert`, picked in the page: taken in as they are, under the id that is written in them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { main as convert } from '../../models/convert';
import type { Manifest } from '../../models/manifest';
import { openCheckpoint } from '../../models/openCheckpoint';
import { planModel } from '../../models/planModel';
import type { Folder } from '../../models/source';
import type { ModelSummary } from '../../workers/api';
import { bringIn } from '../../workers/bringIn';
import type { ModelStore } from '../../workers/store/modelStore';
import { memoryFolder } from '../models/memoryFolder';
import { randomModel, randomModelFiles } from '../models/randomModel';
import { rejects } from '../models/rejects';
import { type Device, device, isEmpty, SHELVES } from './store/storeFixture';

const never = new AbortController().signal;
const conversion = { checkpoint: { tokenizer: () => Promise.reject(new Error('it has its own')) }, plan: planModel };
/** As in the browser: ids go by the length of chunks. */
const chunkBytes = 16 * 1024 * 1024;

const directory = await mkdtemp(join(tmpdir(), 'packed-'));
const FILES = ['text_encoder', 'unet', 'vae_decoder', 'vae_encoder'].map((stage) => `${stage}.weights`);
const contents = new Map<string, Uint8Array>();
let id: string;
test.before(async () => {
  for (const [path, bytes] of await randomModelFiles('B')) {
    await mkdir(dirname(join(directory, 'model', path)), { recursive: true });
    await writeFile(join(directory, 'model', path), bytes);
  }
  const out = join(directory, 'out');
  assert.is(await convert([join(directory, 'model'), '--out', out]), 0);
  for (const file of ['manifest.json', ...FILES]) contents.set(file, new Uint8Array(await readFile(join(out, file))));
  ({ id } = JSON.parse(await readFile(join(out, 'stages.json'), 'utf8')));
});
test.after(() => rm(directory, { recursive: true }));

const bring = async (input: Folder, kept: Device): Promise<ModelSummary> => {
  const store = (await kept.open({ chunkBytes })) as unknown as ModelStore<Manifest>;
  return bringIn(input, { origin: 'folder', ...conversion }, store, () => undefined, never);
};
/** The folder with other bytes at `path`; without it where there are none. */
const changed = (path: string, bytes?: Uint8Array): Folder => {
  const files = new Map(contents);
  if (bytes) files.set(path, bytes);
  else files.delete(path);
  return memoryFolder(files, 'out');
};
const edited = (edit: (manifest: Record<string, unknown>) => void): Folder => {
  const manifest = JSON.parse(new TextDecoder().decode(contents.get('manifest.json')));
  edit(manifest);
  return changed('manifest.json', new TextEncoder().encode(JSON.stringify(manifest)));
};

for (const shelf of SHELVES) {
  test(`${shelf}: a converted folder and the checkpoint that it came from are one model, of the id in the folder`, async () => {
    const kept = device(shelf);
    const taken = await bring(memoryFolder(contents, 'out'), kept);
    assert.is(taken.id, id);
    assert.is((await bring(await randomModel('B'), kept)).id, id);
    const { description } = await openCheckpoint(await randomModel('B'), conversion.checkpoint);
    assert.equal([taken.name, taken.width, taken.weights], ['out', 8 * description.unet.sampleSize, 'exact']);
  });
}

test('a folder with a damaged, a short or a missing file leaves nothing', async () => {
  const weights = contents.get('unet.weights')!;
  const flipped = Uint8Array.from(weights);
  flipped[weights.length - 1]! ^= 1;
  for (const [folder, word] of [
    [changed('unet.weights', flipped), 'unet.weights'],
    [changed('unet.weights', weights.subarray(1)), `${weights.length - 1} bytes`],
    [changed('vae_encoder.weights'), 'no such file'],
    [edited((manifest) => delete manifest.sha256), 'sha256.text_encoder'],
  ] as const) {
    const kept = device('idb');
    await rejects(() => bring(folder, kept), 'bad-model', word);
    assert.ok(await isEmpty(kept), word);
  }
});

test('a manifest of another version is refused, one of another kind is none of ours', async () => {
  await rejects(
    () =>
      bring(
        edited((manifest) => Object.assign(manifest, { version: 99 })),
        device('idb'),
      ),
    'unsupported-model',
  );
  const site = edited((manifest) => Object.assign(manifest, { format: undefined }));
  await rejects(() => bring(site, device('idb')), 'bad-model', 'model_index.json');
});

test.run();
