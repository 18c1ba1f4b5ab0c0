/** Compiled graphs beside a model: taken for their chip and their version alone, and only as they were when they were listed. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../build/bench/sd15Description';
import { STAGE_NAMES } from '../../models/manifest';
import { NPU_CHIPS } from '../../models/npuChips';
import { keepCompiled } from '../../models/npuContexts.node';
import { openNpuFolder } from '../../models/npuFolder.node';
import { NPU_FORMAT, NPU_VERSION, type NpuFile, type NpuManifest } from '../../models/npuManifest';
import { networkPorts } from '../../models/npuPorts';
import { describeRandomModel, RANDOM_MODELS } from './randomModel';
import { rejects } from './rejects';

const test = suite<{ folder: string }>('npuContexts');
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'contexts-'));
  await writeModel(context.folder);
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

/** Graphs and weights that hold their own names. */
async function writeModel(folder: string): Promise<void> {
  const description = { ...describeRandomModel(RANDOM_MODELS[0]!), scheduler: SD15.scheduler };
  const { vocabSize, hiddenSize } = description.textEncoder;
  const written = async (path: string, content: Uint8Array): Promise<NpuFile> => {
    await writeFile(join(folder, path), content);
    return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  };
  const pixels = { width: 64, height: 64 };
  const stages: NpuManifest['stages'][number][] = [];
  for (const stage of STAGE_NAMES) {
    const graph = await written(`${stage}.onnx`, Buffer.from(stage));
    const weights = await written(`${stage}.weights`, Buffer.from(stage));
    const part = { ...networkPorts(description, stage, pixels), graph, weights, context: `${stage}.x.onnx` };
    stages.push({ stage, ...(stage === 'text_encoder' ? {} : pixels), parts: [part] });
  }
  const manifest: NpuManifest = {
    ...{ format: NPU_FORMAT, version: NPU_VERSION, name: 'a model', precision: 'w8a16', made: 'by hand', description },
    tokenizer: { vocab: { a: 0 }, merges: '#version' },
    tokenTable: { ...(await written('table.bin', new Uint8Array(vocabSize * hiddenSize * 2))), dtype: 'F16' },
    contexts: { folder: 'contexts', chips: NPU_CHIPS },
    stages,
  };
  await writeFile(join(folder, 'npu.json'), JSON.stringify(manifest));
}

const UNET = { context: 'unet.x.onnx', chip: 'SM8650', qairt: '2.51.0' };

/** Two files that a compiler would have made, elsewhere. */
async function compiled(folder: string, content: string): Promise<string[]> {
  const files = ['made.onnx', 'made_qnn.bin'].map((name) => join(folder, 'elsewhere', name));
  await mkdir(dirname(files[0]!), { recursive: true });
  for (const file of files) await writeFile(file, content);
  return files;
}

async function found(
  folder: string,
  chip = UNET.chip,
  qairt = UNET.qairt,
  stage = 'unet',
): Promise<string | undefined> {
  const opened = await openNpuFolder(folder);
  const part = opened.manifest.stages.find((each) => each.stage === stage)!.parts[0]!;
  return opened.context(part, chip, qairt);
}

test('what was kept is found by its part, its chip and its version', async ({ folder }) => {
  assert.is(await found(folder), undefined);
  await keepCompiled(folder, UNET, await compiled(folder, 'one'));
  const path = join(folder, 'contexts/SM8650/unet.x.onnx');
  assert.is(await found(folder), path);
  assert.is(await readFile(path, 'utf8'), 'one');
  assert.is(await readFile(join(dirname(path), 'made_qnn.bin'), 'utf8'), 'one');
  assert.is(await found(folder, 'SM8550'), undefined);
  assert.is(await found(folder, 'SM8650', '2.51.1'), undefined);
  assert.is(await found(folder, 'SM8650', '2.51.0', 'vae_decoder'), undefined);
});

test('a file that only lies there is not taken', async ({ folder }) => {
  await mkdir(join(folder, 'contexts/SM8650'), { recursive: true });
  await writeFile(join(folder, 'contexts/SM8650/unet.x.onnx'), 'compiled');
  assert.is(await found(folder), undefined);
});

test('what was compiled anew takes the place of the old, and of nothing else', async ({ folder }) => {
  await keepCompiled(folder, UNET, await compiled(folder, 'one'));
  await keepCompiled(folder, { ...UNET, chip: 'SM8550' }, await compiled(folder, 'other chip'));
  await keepCompiled(folder, { ...UNET, qairt: '2.52.0' }, await compiled(folder, 'two'));
  assert.is(await found(folder), undefined);
  assert.is(await readFile((await found(folder, 'SM8650', '2.52.0'))!, 'utf8'), 'two');
  assert.is(await readFile((await found(folder, 'SM8550'))!, 'utf8'), 'other chip');
});

for (const [what, damage] of [
  ['changed', (file: string) => writeFile(file, 'eno')],
  ['cut short', (file: string) => writeFile(file, 'on')],
  ['missing', (file: string) => rm(file)],
] as const) {
  test(`one with a file that is ${what} is passed over`, async ({ folder }) => {
    for (const name of ['unet.x.onnx', 'made_qnn.bin']) {
      await keepCompiled(folder, UNET, await compiled(folder, 'one'));
      assert.ok(await found(folder));
      await damage(join(folder, 'contexts/SM8650', name));
      assert.is(await found(folder), undefined, name);
    }
  });
}

test('what is of no part, or of no version, is refused, and the model is as it was', async ({ folder }) => {
  const before = await readFile(join(folder, 'npu.json'), 'utf8');
  const files = await compiled(folder, 'one');
  await rejects(
    () => keepCompiled(folder, { ...UNET, context: 'x.onnx' }, files),
    'bad-model',
    'contexts.compiled.0.context',
  );
  await rejects(() => keepCompiled(folder, { ...UNET, chip: '../x' }, files), 'bad-model', 'contexts.compiled.0.chip');
  await rejects(() => keepCompiled(folder, { ...UNET, qairt: 'new' }, files), 'bad-model', 'contexts.compiled.0.qairt');
  assert.is(await readFile(join(folder, 'npu.json'), 'utf8'), before);
});

test.run();
