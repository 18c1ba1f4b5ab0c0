/** A model quantized from end to end: whole files that fit one another, and the same ones after a stop. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { openConverted } from '../../../models/convertedFolder.node';
import type { WeightDtype } from '../../../models/dtype';
import { CodedError } from '../../../models/errors';
import { toF32 } from '../../../models/floats';
import { parametersOf } from '../../../models/graph/parameters';
import { STAGE_NAMES } from '../../../models/manifest';
import { openNpuFolder } from '../../../models/npuFolder.node';
import { npuFiles } from '../../../models/npuManifest';
import { matrixKeys } from '../../../models/quantize/dequantized';
import { hasSteps, staysWide } from '../../../models/quantize/plan';
import { energies, sqnr } from '../../../models/quantize/quality/sqnr';
import { budgetWords, isMissed, type SizeBudget } from '../../../models/quantize/sizeBudget';
import type { StageName } from '../../../models/stage';
import { packedParts } from '../../../workers/quantize/quantizedFolder.node';
import { quantizeModel } from '../../../workers/quantize/quantizeModel.node';
import { readGraph } from '../../models/qnn/readGraph';
import { randomModel } from '../../models/randomModel';
import { never, quantizing } from './quantizing';

const { scratch, asked, quantize, manifestIn } = await quantizing();

test.before(() => quantize('out'));
test.after(() => rm(scratch, { recursive: true, force: true }));

const inOut = (path: string): string => join(scratch, 'out', path);

async function toldOnStderr(work: () => Promise<unknown>): Promise<string> {
  const { write } = process.stderr;
  let told = '';
  process.stderr.write = ((text: string) => {
    told += text;
    return true;
  }) as typeof write;
  try {
    await work();
  } finally {
    process.stderr.write = write;
  }
  return told;
}

test('every network is there in the size asked for, and every file is what the manifest says', async () => {
  const manifest = await manifestIn('out');
  const { stages, precision } = manifest;
  assert.equal(
    stages.map(({ stage, width, height }) => [stage, width, height]),
    [
      ['text_encoder', undefined, undefined],
      ['unet', 48, 40],
      ['vae_decoder', 48, 40],
      ['vae_encoder', 48, 40],
    ],
  );
  assert.is(precision, 'w8a16');
  for (const { path, bytes, sha256 } of npuFiles(manifest)) {
    const content = await readFile(inOut(path));
    assert.equal([content.length, createHash('sha256').update(content).digest('hex')], [bytes, sha256], path);
  }
  assert.equal(
    (await readdir(inOut(''))).filter((name) => name.startsWith('.')),
    [],
    'nothing of the work is left',
  );
});

/** Of a weight of the UNet, as an NPU is given them. */
async function npuIntegers(folder: string, size: string, key: string) {
  const { constants } = readGraph(await readFile(join(scratch, folder, size, 'unet.onnx')));
  const [name, npu] = [...constants].find(([name]) => name.startsWith(key) && name.endsWith('/int8'))!;
  const [rows, columns] = npu.shape as [number, number];
  const file = await readFile(join(scratch, folder, size, 'unet.weights'));
  const offset = Number(npu.external.offset);
  return { name, rows, columns, integers: new Int8Array(file.subarray(offset, offset + rows * columns)) };
}

test('the other backends have the same integers', async () => {
  const { manifest, weights } = await openConverted(inOut(''));
  assert.is(manifest.weights, 'int8');
  const key = 'mid_block.attentions.0.proj_in.weight';
  const { name, integers, rows, columns } = await npuIntegers('out', '48x40', key);
  const packed = manifest.stages.unet.tensors.find((tensor) => tensor.name.startsWith(`${key}/columns`))!;
  const opened = await weights('unet');
  const stored = new Int8Array(opened.read(packed.offset, packed.offset + packed.bytes).slice());
  opened.close();
  assert.ok(rows > 1 && columns > 1, name);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      assert.is(stored[column * rows + row], integers[row * columns + column]);
    }
  }
});

test('every layer’s own error is told, in the bits that it has', async () => {
  const layers = JSON.parse(await readFile(inOut('layers.json'), 'utf8')) as {
    name: string;
    bits: number;
    sqnr: number;
  }[];
  const { description } = await manifestIn('out');
  const names = STAGE_NAMES.flatMap((stage) => matrixKeys(description, stage).map((key) => `${stage}: ${key}`));
  assert.equal(layers.map(({ name }) => `${name}.weight`).sort(), names.sort());
  for (const { name, bits, sqnr } of layers) assert.ok(bits === 8 && sqnr > 25, `${name}: ${sqnr} dB`);
});

test('what is stopped goes on where it was, without drawing again, and ends as if it had not been', async () => {
  const stop = new AbortController();
  const stopped = quantizeModel(asked('again'), stop.signal);
  const done = (path: string): string => {
    const out = join(scratch, 'again');
    const work = existsSync(out) ? readdirSync(out).find((name) => name.startsWith('.work-')) : undefined;
    return work ? join(out, work, path) : '';
  };
  const watching = setInterval(() => {
    if (existsSync(done('text_encoder/0.json')))
      stop.abort(new CodedError('aborted', { argument: 'a', expected: 'b', got: 'c' }));
  }, 5);
  const error = await stopped.then(
    () => undefined,
    (thrown) => thrown,
  );
  clearInterval(watching);
  assert.is(error?.code, 'aborted', String(error));
  assert.not.ok(existsSync(join(scratch, 'again', 'npu.json')));
  // What is there already is not made again: neither by drawing, which writes what it has noted, nor by rounding.
  const kept = await Promise.all(['48x40/calls-1.safetensors', 'text_encoder/0.json'].map((path) => stat(done(path))));
  const inodes = kept.map(({ ino, mtimeMs }) => [ino, mtimeMs]);
  const finishing = quantizeModel(asked('again'), never);
  const seen = new Set<string>();
  const look = setInterval(() => {
    for (const [i, path] of ['48x40/calls-1.safetensors', 'text_encoder/0.json'].entries()) {
      const found = existsSync(done(path)) ? statSync(done(path)) : undefined;
      if (found) seen.add(JSON.stringify([i, found.ino, found.mtimeMs]));
    }
  }, 5);
  await finishing;
  clearInterval(look);
  assert.equal([...seen].sort(), inodes.map((facts, i) => JSON.stringify([i, ...facts])).sort());
  assert.equal(await manifestIn('again'), await manifestIn('out'));
});

test('four bits are where they cost least, as they were measured, and in both packs alike', async () => {
  const said = await toldOnStderr(() =>
    quantizeModel(asked('four', '--format', 'w4a16', '--sensitivity', '1', '--budget', '24'), never),
  );
  const { precision, description, budgets } = await manifestIn('four');
  assert.is(precision, 'w4a16');
  assert.equal(
    budgets?.map(({ stage }) => stage),
    STAGE_NAMES,
  );
  assert.equal(JSON.parse(await readFile(join(scratch, 'four', 'budgets.json'), 'utf8')), budgets);
  const missed = budgets!.filter(isMissed);
  assert.ok(missed.length > 0, 'not every network has enough blocks of four bits');
  for (const budget of missed) assert.ok(said.includes(budgetWords(budget)), said);
  const { manifest } = await openConverted(join(scratch, 'four'));
  const blocks = manifest.stages.unet.tensors.filter(({ name }) => name.endsWith('/blocks')).map(({ name }) => name);
  const layers = JSON.parse(await readFile(join(scratch, 'four', 'layers.json'), 'utf8')) as {
    name: string;
    bits: number;
  }[];
  const four = layers.filter(({ name, bits }) => bits === 4 && name.startsWith('unet: '));
  assert.ok(four.length > 0 && four.length < matrixKeys(description, 'unet').length, `${four.length}`);
  assert.equal(four.map(({ name }) => `${name.slice(6)}.weight/blocks`).sort(), blocks.sort());
});

test('of weights alone the UNet’s kernels have four bits as well, and are opened as the eight bits they stand for', async () => {
  await quantizeModel(asked('kernels', '--format', 'w4', '--sensitivity', '1', '--budget', '1'), never);
  const folder = join(scratch, 'kernels');
  const { manifest } = await openConverted(folder);
  const budgets: SizeBudget[] = JSON.parse(await readFile(join(folder, 'budgets.json'), 'utf8'));
  assert.is(budgets.find(({ stage }) => stage === 'unet')!.got, budgets.find(({ stage }) => stage === 'unet')!.least);
  const folded = (stage: StageName): string[] =>
    manifest.stages[stage].tensors.flatMap(({ name }) => (name.endsWith('/nibbles') ? [name.split('/')[0]!] : []));
  const { description, weights: sources } = await openDiffusersFolder(await randomModel('B'));
  const kernels = parametersOf(description, 'unet').filter(({ name, shape }) => hasSteps(shape) && !staysWide(name));
  assert.equal(folded('unet').sort(), kernels.map(({ name }) => name).sort());
  assert.equal(folded('vae_decoder'), []);
  const { model } = await packedParts(folder, { name: 'wasm' } as never);
  const { network, weights } = await model.file('unet', { batch: 1, height: 6, width: 5 }, never);
  const [key, tensors] = [kernels[3]!.name, network!.tensors];
  const read = (layout: string): Uint8Array => {
    const { offset, bytes } = tensors.find(({ name }) => name === `${key}/${layout}`)!;
    return weights.read(offset, offset + bytes).slice();
  };
  const scales = new Float32Array(read('scales').buffer);
  const taps = new Int8Array(read('taps').buffer);
  weights.close();
  const source = sources('unet');
  const exact = toF32(source.info(key)!.dtype as WeightDtype, await source.read(key));
  const [results, channels] = kernels[3]!.shape as [number, number];
  const stood = exact.map((_, i) => {
    const [k, c, tap] = [Math.floor(i / (9 * channels)), Math.floor(i / 9) % channels, i % 9];
    return scales[k]! * taps[(tap * channels + c) * results + k]!;
  });
  const decibels = sqnr(energies(exact, stood));
  assert.ok(decibels > 15, `${decibels} dB`);
});

test('rounding for inputs that rounded blocks leave is other integers, of a network that fits one part', async () => {
  await quantizeModel(asked('asymmetric', '--asymmetric'), never);
  const [{ stages }, { stages: plain }] = [await manifestIn('asymmetric'), await manifestIn('out')];
  for (const [i, { stage, parts }] of stages.entries())
    assert.is.not(parts[0]!.weights.sha256, plain[i]!.parts[0]!.weights.sha256, stage);
});

test('another rounding is other integers, which all sizes share', async () => {
  await quantizeModel(asked('nearest', '--rounding', 'nearest', '--size', '40x40'), never);
  const { stages } = await manifestIn('nearest');
  const { stages: rounded } = await manifestIn('out');
  // Prompts are read alike for every size: the text encoder is there once.
  assert.equal(
    stages.map(({ stage, width, height }) => `${stage} ${width}x${height}`),
    [
      'text_encoder undefinedxundefined',
      ...['48x40', '40x40'].flatMap((size) => STAGE_NAMES.slice(1).map((stage) => `${stage} ${size}`)),
    ],
  );
  const [part, before] = [stages[1]!.parts[0]!, rounded[1]!.parts[0]!];
  assert.is.not(part.weights.sha256, before.weights.sha256);
  assert.is.not(part.context, before.context, 'what a compiler makes of it has another name');
  const key = 'mid_block.attentions.0.proj_in.weight';
  const [first, second] = await Promise.all(['48x40', '40x40'].map((size) => npuIntegers('nearest', size, key)));
  assert.equal(second, first);
  assert.not.equal(first!.integers, (await npuIntegers('out', '48x40', key)).integers);
});

test('an NPU’s graph has all heads at once, or each by itself where that is asked for, over the same integers', async () => {
  await quantizeModel(asked('split', '--rounding', 'nearest', '--heads', 'split'), never);
  const [split, batched] = await Promise.all(
    ['split', 'nearest'].map(async (folder) => readGraph(await readFile(join(scratch, folder, '48x40/unet.onnx')))),
  );
  const count = (graph: typeof split, op: string): number => graph!.nodes.filter((node) => node.op === op).length;
  const { description } = await manifestIn('split');
  const attentions = count(batched, 'Softmax');
  const keys = matrixKeys(description, 'unet').filter((key) => key.includes('.to_k.'));
  assert.is(attentions, keys.length);
  assert.ok(count(split, 'Softmax') >= 2 * attentions, `${count(split, 'Softmax')} of ${attentions}`);
  assert.is(count(split, 'MatMul'), 2 * count(split, 'Softmax'));
  const packs = await Promise.all(['nearest', 'split'].map((folder) => openConverted(join(scratch, folder))));
  assert.equal(packs[1]!.manifest.stages.unet, packs[0]!.manifest.stages.unet);
});

test('a folder stays the whole result that it is until the next one is whole, which then has it alone', async () => {
  const out = join(scratch, 'nearest');
  const before = await manifestIn('nearest');
  const other = asked('nearest', '--format', 'w8', '--samples', '2');
  const stop = new AbortController();
  const stopped = quantizeModel(other, stop.signal).then(
    () => assert.unreachable('it was stopped'),
    (error: CodedError) => assert.is(error.code, 'aborted', String(error)),
  );
  const begun = setInterval(() => {
    if (existsSync(out) && readdirSync(out).some((name) => existsSync(join(out, name, 'vae_encoder', '0.json'))))
      stop.abort(new CodedError('aborted', { argument: 'a', expected: 'b', got: 'c' }));
  }, 5);
  await stopped;
  clearInterval(begun);
  const folder = await openNpuFolder(out);
  assert.equal(folder.manifest, before);
  for (const file of npuFiles(before)) await folder.path(file);
  const { weights } = await openConverted(out);
  (await weights('unet')).close();

  await quantizeModel(other, never);
  assert.equal(
    (await readdir(out)).sort(),
    ['layers.json', 'manifest.json', ...STAGE_NAMES.map((stage) => `${stage}.weights`)].sort(),
  );
});

test.run();
