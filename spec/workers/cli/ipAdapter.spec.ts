/** `npm run generate` with an IP-Adapter, from file to file. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adapterFile, eyeConfig, eyeFile } from '../../../build/fidelityIpAdapter';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { diskFolder } from '../../../models/folder.node';
import { fromRoot } from '../../root';
import { commandsIn } from './command';

let scratch: string;
test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ip-adapter-'));
  const { description } = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
  for (const folder of ['image_encoder', 'alone']) await mkdir(join(scratch, folder));
  await writeFile(join(scratch, 'image_encoder', 'config.json'), JSON.stringify(eyeConfig()));
  await writeFile(join(scratch, 'image_encoder', 'model.safetensors'), eyeFile());
  for (const path of ['ip-adapter_sd15.safetensors', 'alone/ip-adapter_sd15.safetensors'])
    await writeFile(join(scratch, path), adapterFile('plain', description.unet));
  await writeFile(join(scratch, 'ip-adapter_sd15.bin'), Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0]));
  const data = Uint8Array.from({ length: 48 * 48 * 3 }, (_, i) => (Math.floor(i / 72) % 2 ? 255 : 0));
  await writeFile(join(scratch, 'like.png'), encode({ width: 48, height: 48, channels: 3, data }));
});
test.after(() => rm(scratch, { recursive: true }));

const SMALL = ['--steps', '2', '--width', '48', '--height', '40', '--seed', '3'];
const { generate } = commandsIn(() => scratch);
const pixelsOf = (name: string) => decode(readFileSync(join(scratch, name))).data;
const LIKE = ['--ip-adapter', 'ip-adapter_sd15.safetensors:0.5', '--ip-image', 'like.png'];

test('a picture is drawn like another; its file says so, and with the adapter given again it is the same again', async () => {
  const { status, stdout, stderr } = await generate('two owls', ...SMALL, ...LIKE, '--json', '--out', 'alike.png');
  assert.is(status, 0, stderr);
  const said = JSON.parse(stdout) as { ipAdapters: unknown; milliseconds: { imageEncoder: number } };
  assert.equal(said.ipAdapters, [{ name: 'ip-adapter_sd15', scale: 0.5, imageNames: ['like.png'], images: 1 }]);
  assert.ok(said.milliseconds.imageEncoder > 0);
  assert.ok(stdout.length < 2000, `${stdout.length}`);
  const alone = await generate('--from', 'alike.png', '--out', 'plain.png');
  assert.match(
    alone.stderr,
    /note: it was to be like pictures .*: ip-adapter_sd15:0\.5 by like\.png; see --ip-adapter/,
  );
  assert.not.equal(pixelsOf('plain.png'), pixelsOf('alike.png'));
  assert.is((await generate('--from', 'alike.png', ...LIKE, '--out', 'again.png')).status, 0);
  assert.equal(pixelsOf('again.png'), pixelsOf('alike.png'));
});

test('a picture counts where its mask is white; its file says what that was called', async () => {
  const mask = ['--ip-mask', 'like.png'];
  const { status, stdout, stderr } = await generate(
    'two owls',
    ...SMALL,
    ...LIKE,
    ...mask,
    '--json',
    '--out',
    'masked.png',
  );
  assert.is(status, 0, stderr);
  const [said] = (JSON.parse(stdout) as { ipAdapters: { maskNames: unknown }[] }).ipAdapters;
  assert.equal(said!.maskNames, ['like.png']);
  assert.ok(stdout.length < 2000, `${stdout.length}`);
  assert.match(
    (await generate('--from', 'masked.png', '--out', 'plain.png')).stderr,
    /:0\.5 by like\.png within like\.png; see/,
  );
});

test('what is no IP-Adapter, sees nothing, or has no picture, is one clear line and exit code 2', async () => {
  const [, , ...image] = LIKE;
  for (const [args, line] of [
    [['--ip-adapter', 'like.png', ...image], /^bad-model: .*like\.png: .*safetensors/],
    [['--ip-adapter', 'ip-adapter_sd15.bin', ...image], /^bad-model: .*\.bin: .*pickled weights are refused/],
    [['--ip-adapter', 'alone/ip-adapter_sd15.safetensors', ...image], /^bad-argument: --ip-encoder: .*image_encoder/],
    [[...LIKE, '--ip-encoder', 'none'], /^bad-model: .*none: expected a folder or a \.safetensors file/],
    [[...LIKE, '--ip-encoder', 'ip-adapter_sd15.safetensors'], /^unsupported-model: .*image encoder.*an IP-Adapter$/],
    [['--ip-adapter', 'ip-adapter_sd15.safetensors', '--ip-image', 'none.png'], /^bad-image: .*none\.png/],
  ] as const) {
    const { status, stdout, stderr } = await generate('two owls', ...SMALL, ...args);
    assert.equal([status, stdout], [2, ''], stderr);
    assert.match(stderr.trimEnd(), line);
    assert.is(stderr.trimEnd().split('\n').length, 1);
  }
});

test.run();
