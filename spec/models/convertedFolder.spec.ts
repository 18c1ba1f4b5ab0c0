/** A converted model as files: what is read is what was written, and damage has a name. */
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { isConverted, openConverted, writeConverted } from '../../models/convertedFolder.node';
import { STAGE_NAMES } from '../../models/manifest';
import { packStage } from '../../models/pack';
import { planModel } from '../../models/planModel';
import { memoryFolder } from './memoryFolder';
import { randomModelFiles } from './randomModel';
import { rejects } from './rejects';

let folder = '';
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'converted-'));
});
test.after.each(() => rm(folder, { recursive: true }));

const checkpoint = await openDiffusersFolder(memoryFolder(await randomModelFiles('B')));
const manifest = planModel(checkpoint);
const unet = () => join(folder, 'unet.weights');

test('every tensor is read back as it was packed', async () => {
  const told: number[] = [];
  await writeConverted(checkpoint, manifest, folder, (_stage, bytes, of) => told.push(bytes / of));
  assert.is(told.at(-1), 1);
  assert.ok(told.every((share, i) => i === 0 || share >= told[i - 1]!));
  assert.is(await isConverted(folder), true);

  const converted = await openConverted(folder);
  assert.equal({ ...converted.manifest, sha256: undefined }, { ...manifest, sha256: undefined });
  for (const stage of STAGE_NAMES) {
    const weights = await converted.weights(stage);
    let at = 0;
    for await (const piece of packStage(manifest.stages[stage].tensors, checkpoint.weights(stage))) {
      assert.equal(Buffer.compare(weights.read(at, at + piece.length), piece), 0, `${stage} at ${at}`);
      at += piece.length;
    }
    assert.is(weights.bytes, at);
    weights.close();
  }
});

test('a diffusers folder that has a manifest of its own is none of ours', async () => {
  await writeConverted(checkpoint, manifest, folder);
  await writeFile(join(folder, 'model_index.json'), '{}');
  assert.is(await isConverted(folder), false);
});

test('one flipped byte is found before anything is computed from it', async () => {
  await writeConverted(checkpoint, manifest, folder);
  const bytes = await readFile(unet());
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(unet(), bytes);
  const converted = await openConverted(folder);
  await rejects(() => converted.weights('unet'), 'corrupt-store', unet());
  (await converted.weights('vae_decoder')).close();
});

test('a cut, a missing file, a damaged manifest are refused when the folder is opened', async () => {
  await writeConverted(checkpoint, manifest, folder);
  const { bytes } = manifest.stages.unet;
  await truncate(unet(), bytes - 1);
  await rejects(() => openConverted(folder), 'bad-model', `expected ${bytes} bytes, got ${bytes - 1} bytes`);
  await rm(unet());
  await rejects(() => openConverted(folder), 'bad-model', 'no such file');
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await rejects(() => openConverted(folder), 'bad-model', 'sha256.text_encoder');
  await writeFile(join(folder, 'manifest.json'), '{"format":');
  await rejects(() => openConverted(folder), 'bad-model', 'manifest.json: expected JSON');
});

test('a conversion that is stopped leaves no manifest: the folder is no model', async () => {
  const abort = new AbortController();
  const reason = new Error('stopped');
  const stopped = writeConverted(
    checkpoint,
    manifest,
    folder,
    (_stage, bytes, of) => {
      if (bytes > of / 2) abort.abort(reason);
    },
    abort.signal,
  );
  assert.is(await stopped.catch((thrown) => thrown), reason);
  assert.is(await isConverted(folder), false);
});

test.run();
