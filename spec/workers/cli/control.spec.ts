/** `npm run generate` with a ControlNet, from file to file. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedControlNet } from '../../../build/fidelityControl';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { diskFolder } from '../../../models/folder.node';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import { fromRoot } from '../../root';
import { commandsIn } from './command';

let scratch: string;
test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'control-'));
  const { source } = hashedControlNet(
    await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model'))),
    'control-a',
  );
  const tensors = source.names().map(async (name) => {
    const { dtype, shape } = source.info(name)!;
    return { name, dtype, shape, data: await source.read(name) };
  });
  await writeFile(join(scratch, 'canny.safetensors'), encodeSafetensors(await Promise.all(tensors)));
  const data = Uint8Array.from({ length: 48 * 48 * 3 }, (_, i) => (Math.floor(i / 72) % 2 ? 255 : 0));
  await writeFile(join(scratch, 'shape.png'), encode({ width: 48, height: 48, channels: 3, data }));
});
test.after(() => rm(scratch, { recursive: true }));

const command = commandsIn(() => scratch);
const generate = (...args: readonly string[]) => command.generate('two owls', ...SMALL, ...args);
const SMALL = ['--steps', '2', '--width', '64', '--height', '56', '--seed', '3', '--json'];
const CONTROL = ['--control', 'canny.safetensors:0.5', '--control-image', 'shape.png'];
const pixelsOf = (name: string) => decode(readFileSync(join(scratch, name))).data;

test('a picture follows the edges of another; what steered it is said without its pixels', async () => {
  const steered = await generate(...CONTROL, '--control-preprocess', 'canny', '--out', 'steered.png');
  assert.is(steered.status, 0, steered.stderr);
  assert.equal((JSON.parse(steered.stdout) as { controls: unknown }).controls, [
    { weight: 0.5, preprocess: { type: 'canny', low: 100, high: 200 }, name: 'canny', imageName: 'shape.png' },
  ]);
  assert.ok(steered.stdout.length < 2000, `${steered.stdout.length}`);
  assert.is((await generate('--out', 'plain.png')).status, 0);
  assert.not.equal(pixelsOf('steered.png'), pixelsOf('plain.png'));
  const again = await generate('--from', 'steered.png', '--out', 'again.png');
  assert.ok(
    again.stderr.includes('it was steered, which its file does not hold the pictures for: canny:0.5 by shape.png'),
  );
});

test('what is no ControlNet, or no picture, is one clear line and exit code 2', async () => {
  for (const [args, line] of [
    [['--control', 'shape.png', '--control-image', 'shape.png'], /^bad-model: .*shape\.png: .*safetensors/],
    [['--control', 'none.safetensors', '--control-image', 'shape.png'], /^bad-model: .*none\.safetensors/],
    [['--control', 'canny.safetensors', '--control-image', 'none.png'], /^bad-image: .*none\.png/],
  ] as const) {
    const { status, stdout, stderr } = await generate(...args);
    assert.equal([status, stdout], [2, ''], stderr);
    assert.match(stderr, line);
    assert.is(stderr.trimEnd().split('\n').length, 1);
  }
});

test.run();
