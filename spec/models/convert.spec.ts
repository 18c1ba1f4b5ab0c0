import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceSession } from 'onnxruntime-web';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { main } from '../../models/convert';
import { checkManifest, STAGE_NAMES } from '../../models/manifest';
import { stageGraph } from '../../models/pack';
import { randomModelFiles } from './randomModel';
import './runStage';

let directory = '';

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pocket-'));
  for (const [path, bytes] of await randomModelFiles('B')) {
    await mkdir(dirname(join(directory, 'model', path)), { recursive: true });
    await writeFile(join(directory, 'model', path), bytes);
  }
});
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
  assert.is((await readdir(out)).length, 9);
  const manifest = checkManifest(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')));
  for (const stage of STAGE_NAMES) {
    const graph = new Uint8Array(await readFile(join(out, `${stage}.onnx`)));
    const weights = new Uint8Array(await readFile(join(out, `${stage}.weights`)));
    assert.is(weights.length, manifest.stages[stage].bytes, stage);
    const session = await InferenceSession.create(graph, {
      externalData: [{ path: `${stage}.weights`, data: weights }],
    });
    await session.release();
    const size = { batch: 2, height: 9, width: 13 };
    const { tensors } = manifest.stages[stage];
    assert.equal(stageGraph(manifest.description, stage, size, tensors, `${stage}.weights`), graph, stage);
  }
});

test('a folder that is no model, or arguments that are none, end with 2 and one line', async () => {
  const out = ['--out', join(directory, 'none')];
  const model = join(directory, 'model');
  for (const [args, word] of [
    [[directory, ...out], 'bad-model: model_index.json'],
    [[join(directory, 'gone'), ...out], 'bad-model'],
    [[model], 'bad-argument: --out'],
    [[...out], 'bad-argument: FOLDER'],
    [[model, ...out, '--width', '100'], 'bad-argument: --width: expected a multiple of 8'],
    [[model, ...out, '--batch', '0'], 'bad-argument: --batch'],
    [[model, ...out, '--depth', '3'], 'bad-argument: arguments'],
  ] as const) {
    const [code, said] = await run(...args);
    assert.is(code, 2, word);
    assert.ok(said.startsWith(word), said);
    assert.is(said.split('\n').length, 1, said);
  }
  assert.not((await readdir(directory)).includes('none'));
});

test.run();
