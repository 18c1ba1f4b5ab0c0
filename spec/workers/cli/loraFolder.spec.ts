/** The LoRAs that a picture's file names, looked for in a folder where not everything is one, or the same one. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import { lorasOf } from '../../../workers/cli/loraOptions';
import type { Recipe } from '../../../workers/pictureFile/recipe';
import { rejects } from '../../models/rejects';

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loras-'));
  for (const [name, value] of [
    ['ink', 1],
    ['clay', 2],
  ] as const)
    await writeFile(join(folder, `${name}.safetensors`), bytesOf(value));
  await symlink(join(folder, 'nowhere'), join(folder, 'broken.safetensors'));
  await writeFile(join(folder, 'page.safetensors'), '<html>no such file</html>');
});
test.after(() => rm(folder, { recursive: true }));

const bytesOf = (value: number): Uint8Array => {
  const data = new Uint8Array(Float32Array.of(value).buffer);
  const tensor = (part: string): NamedTensor => ({
    name: `lora_unet_x.lora_${part}.weight`,
    dtype: 'F32',
    shape: [1, 1],
    data,
  });
  return encodeSafetensors([tensor('down'), tensor('up')]);
};

/** AutoV3: the SHA-256 of what is behind the header. */
const hashOf = (value: number): string => {
  const data = Buffer.from(Float32Array.of(value, value).buffer);
  return createHash('sha256').update(data).digest('hex').slice(0, 12);
};

const drawnWith = (name: string, hash?: string): Recipe => ({
  by: 'pocket-diffusion',
  request: { prompt: 'x', promptStyle: 'plain', loras: [{ name, weight: 1 }] },
  ...(hash === undefined ? {} : { loraHashes: { [name]: hash } }),
  ignored: [],
});
const asked = (recipe: Recipe) => lorasOf({ prompt: 'x', ...recipe.request }, { files: [], folders: [folder] }, recipe);

test('a file of that name with other bytes is drawn with, and that is said with both hashes', async () => {
  const { choices, notes, hashes } = await asked(drawnWith('ink', 'eeeeeeeeeeee'));
  assert.equal(
    choices.map(({ name }) => name),
    ['ink'],
  );
  assert.equal(hashes, { ink: hashOf(1) });
  assert.ok(
    notes.includes(
      `note: it was drawn with another LoRA ink: expected eeeeeeeeeeee, got ${hashOf(1)}, which is drawn with`,
    ),
    `${notes}`,
  );
});

test('what cannot be read is passed over with a note while a hash is looked for, and is no matter where none is', async () => {
  const renamed = await asked(drawnWith('wash', hashOf(1)));
  assert.equal(renamed.request.loras, [{ name: 'ink', weight: 1 }]);
  const missing = await asked(drawnWith('wash', 'dddddddddddd'));
  assert.equal(missing.choices, []);
  for (const said of [
    /^note: passed over in --lora-dir: bad-model: .*broken\.safetensors: expected a file, got no such file/,
    /^note: passed over in --lora-dir: .*page\.safetensors/,
    /^note: it was drawn with the LoRA wash \(dddddddddddd\), which is not here/,
  ])
    assert.is(missing.notes.filter((note) => said.test(note)).length, 1, `${said} in ${missing.notes}`);
  assert.equal((await asked(drawnWith('clay'))).notes, []);
  assert.equal((await asked(drawnWith('clay', hashOf(2)))).notes, []);
});

test('one that is asked for and cannot be read is refused', async () => {
  await rejects(() => asked(drawnWith('broken')), 'bad-model', 'broken.safetensors');
});

test.run();
