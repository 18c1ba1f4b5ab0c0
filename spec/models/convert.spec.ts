import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceSession } from 'onnxruntime-web';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { main } from '../../models/convert';
import { checkManifest, STAGE_NAMES } from '../../models/manifest';
import { stageGraph } from '../../models/pack';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import { memoryFolder } from './memoryFolder';
import { randomModelFiles, uniform } from './randomModel';
import './runStage';
import { singleFile, smallModelFiles } from './singleFile/smallModel';

let directory = '';

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pocket-'));
  for (const [path, bytes] of await randomModelFiles('B')) await put(join('model', path), bytes);
  await put('pickle.safetensors', Uint8Array.of(0x80, 2, 0x7d, 0x2e));
});
/** Writes a file below the scratch directory. */
async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), bytes);
}

test.after(() => rm(directory, { recursive: true }));

/** Runs the command; returns its exit code and what it said. */
async function run(...args: string[]): Promise<[code: number, said: string]> {
  const lines: unknown[] = [];
  const log = console.error;
  console.error = (...words) => lines.push(...words);
  try {
    return [await main(args), lines.join('\n')];
  } finally {
    console.error = log;
  }
}

test('a converted folder holds graphs that open beside their weights, and a manifest that rebuilds them', async () => {
  const out = join(directory, 'out');
  const [code] = await run(join(directory, 'model'), '--out', out, '--width', '104', '--height', '72', '--batch', '2');
  assert.is(code, 0);
  assert.is((await readdir(out)).length, 10);
  const manifest = checkManifest(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')));
  const { stages, id, ...asked } = JSON.parse(await readFile(join(out, 'stages.json'), 'utf8'));
  assert.equal(asked, { batch: 2, width: 104, height: 72 });
  assert.match(id, /^[0-9a-f]{64}$/);
  for (const stage of STAGE_NAMES) {
    const graph = new Uint8Array(await readFile(join(out, `${stage}.onnx`)));
    assert.equal(stages[stage], { bytes: graph.length, sha256: createHash('sha256').update(graph).digest('hex') });
    const weights = new Uint8Array(await readFile(join(out, `${stage}.weights`)));
    assert.is(weights.length, manifest.stages[stage].bytes, stage);
    const session = await InferenceSession.create(graph, {
      externalData: [{ path: `${stage}.weights`, data: weights }],
    });
    await session.release();
    const size = { batch: 2, height: 9, width: 13 };
    const { tensors } = manifest.stages[stage];
    assert.equal(
      stageGraph(manifest.description, stage, size, tensors, { weightsFile: `${stage}.weights` }),
      graph,
      stage,
    );
  }
});

test('a single file with a LoRA converts to what its folder with that LoRA does', async () => {
  const small = await smallModelFiles();
  for (const [path, bytes] of small) await put(join('small', path), bytes);
  await put('small.safetensors', await singleFile());
  const { description } = await openDiffusersFolder(memoryFolder(small));
  const layer = 'down_blocks_0_attentions_0_proj_in';
  const [channels] = description.unet.blockOutChannels as [number];
  const factor = (role: string, shape: number[]) => ({
    name: `lora_unet_${layer}.lora_${role}.weight`,
    dtype: 'F32' as const,
    shape,
    data: new Uint8Array(uniform(role, channels * 2, 0.5, 0).buffer),
  });
  await put(
    'style.safetensors',
    encodeSafetensors([factor('down', [2, channels, 1, 1]), factor('up', [channels, 2, 1, 1])]),
  );
  const converted = async (source: string, ...lora: string[]) => {
    const out = join(directory, `out-${source}-${lora.length}`);
    const [code, said] = await run(join(directory, source), '--out', out, '--width', '64', '--height', '64', ...lora);
    assert.is(code, 0, said);
    return Promise.all((await readdir(out)).sort().map((name) => readFile(join(out, name))));
  };
  const lora = ['--lora', `${join(directory, 'style.safetensors')}:0.8`];
  const [plain, merged, ofFolder] = [
    await converted('small.safetensors'),
    await converted('small.safetensors', ...lora),
    await converted('small', ...lora),
  ];
  assert.is(merged.length, 10);
  // In the order of their names the manifest is first; what it says counts, not in which order.
  const said = (file: Buffer): unknown => JSON.parse(file.toString());
  assert.equal(said(merged[0]!), said(ofFolder[0]!));
  // The second is stages.json, whose id goes by the very text of the manifest.
  assert.equal({ ...(said(merged[1]!) as object), id: '' }, { ...(said(ofFolder[1]!) as object), id: '' });
  for (const [index, file] of merged.entries()) assert.ok(index < 2 || file.equals(ofFolder[index]!), `file ${index}`);
  // Of the ten only the UNet's weights are others, and the two that hold their hash.
  assert.is(merged.filter((file, index) => !file.equals(plain[index]!)).length, 3);
});

test('a conversion that fails or is stopped leaves the model that was there, whole, and nothing of its own', async () => {
  const out = join(directory, 'again');
  assert.is((await run(join(directory, 'model'), '--out', out))[0], 0);
  const files = async () => Promise.all((await readdir(out)).sort().map((name) => readFile(join(out, name))));
  const before = await files();
  const torn = join(directory, 'torn');
  for (const [path, bytes] of await randomModelFiles('B'))
    await put(join('torn', path), path.startsWith('vae/diff') ? notANumber(bytes) : bytes);
  // The text encoder and the UNet are written, then a weight turns up that is no number.
  const [code, said] = await run(torn, '--out', out, '--weights', 'int8');
  assert.equal([code, said.split(':')[0]], [2, 'bad-model'], said);
  assert.equal(await files(), before);

  const stopping = run(join(directory, 'model'), '--out', out, '--weights', 'int8');
  process.emit('SIGINT', 'SIGINT');
  assert.is((await stopping)[0], 130);
  assert.equal(await files(), before);

  await put('again/.pocket-diffusion-part/unet.weights', Buffer.from('of a killed process'));
  assert.is((await run(join(directory, 'model'), '--out', out, '--weights', 'int8'))[0], 0);
  const [manifest, ...others] = await files();
  assert.is(JSON.parse(manifest!.toString()).weights, 'int8');
  assert.is(others.length, 9);
});

/** The same file of weights, the last half of which are no numbers. */
const notANumber = (file: Uint8Array): Uint8Array => file.map((byte, i) => (i < file.length / 2 ? byte : 0xff));

test('--help says what there is', async () => {
  const [code, said] = await run('--help');
  assert.is(code, 0);
  assert.match(said, /npm run convert -- SOURCE --out DIR/);
});

test('a folder that is no model, or arguments that are none, end with 2 and one line', async () => {
  const out = ['--out', join(directory, 'none')];
  const model = join(directory, 'model');
  for (const [args, word] of [
    [[directory, ...out], `bad-model: ${directory}: model_index.json`],
    [[join(directory, 'gone'), ...out], 'bad-model'],
    [[model], 'bad-argument: --out'],
    [[...out], 'bad-argument: SOURCE'],
    [[model, ...out, '--width', '100'], 'bad-argument: --width: expected a multiple of 8'],
    [[model, ...out, '--batch', '0'], 'bad-argument: --batch'],
    [[model, ...out, '--depth', '3'], 'bad-argument: --depth'],
    [[model, '--out', join(directory, 'pickle.safetensors')], 'bad-argument: --out'],
    // Linux's /proc has no room for folders of ours; elsewhere there may be no such place, or no permission.
    [[model, '--out', '/proc/pocket-diffusion'], 'bad-argument: --out: expected a place that can be written to'],
    [[model, ...out, '--vae', join(directory, 'gone')], 'bad-model'],
    [[model, ...out, '--lora', model], 'bad-model'],
    [[join(directory, 'pickle.safetensors'), ...out], 'bad-model'],
  ] as const) {
    const [code, said] = await run(...args);
    assert.is(code, 2, word);
    assert.ok(said.startsWith(word), said);
    assert.is(said.split('\n').length, 1, said);
  }
  assert.not((await readdir(directory)).includes('none'));
});

test.run();
