/** A model quantized from end to end: whole files that fit one another, and the same ones after a stop. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openConverted } from '../../../models/convertedFolder.node';
import { CodedError } from '../../../models/errors';
import { toF32 } from '../../../models/floats';
import { STAGE_NAMES } from '../../../models/manifest';
import { openNpuFolder } from '../../../models/npuFolder.node';
import { contextPath, type NpuManifest, npuFiles } from '../../../models/npuManifest';
import { checkNpuManifest } from '../../../models/npuManifestCheck';
import { matrixKeys } from '../../../models/quantize/dequantized';
import { budgetWords, isMissed } from '../../../models/quantize/sizeBudget';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { parseArguments } from '../../../workers/quantize/arguments.node';
import { npuParts } from '../../../workers/quantize/quantizedFolder.node';
import { quantizeModel } from '../../../workers/quantize/quantizeModel.node';
import type { Tensor } from '../../../workers/tensor';
import { readGraph } from '../../models/qnn/readGraph';
import { randomModelFiles, uniform } from '../../models/randomModel';

let scratch = '';
const model = () => join(scratch, 'model');
const WORDS = '--size 48x40 --prompts 2 --steps 1 --samples 3 --places 8'.split(' ');
const never = new AbortController().signal;

test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quantize-'));
  for (const [path, bytes] of await randomModelFiles('B')) {
    await mkdir(dirname(join(model(), path)), { recursive: true });
    await writeFile(join(model(), path), bytes);
  }
  await quantizeModel(asked('out'), never);
});
test.after(() => rm(scratch, { recursive: true, force: true }));

const asked = (out: string, ...more: string[]) =>
  parseArguments([model(), '--out', join(scratch, out), ...WORDS, ...more]);

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

async function manifestIn(out: string): Promise<NpuManifest> {
  return checkNpuManifest(JSON.parse(await readFile(join(scratch, out, 'npu.json'), 'utf8')));
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

test('the other backends have the same integers', async () => {
  const { manifest, weights } = await openConverted(inOut(''));
  assert.is(manifest.weights, 'int8');
  const key = 'mid_block.attentions.0.proj_in.weight';
  const { constants } = readGraph(await readFile(inOut('48x40/unet.onnx')));
  const [name, npu] = [...constants].find(([name]) => name.startsWith(key) && name.endsWith('/int8'))!;
  const [rows, columns] = npu.shape as [number, number];
  const file = await readFile(inOut('48x40/unet.weights'));
  const offset = Number(npu.external.offset);
  const integers = new Int8Array(file.subarray(offset, offset + rows * columns));
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
    return work ? join(out, work, '48x40', path) : '';
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
  const kept = await Promise.all(['calls.safetensors', 'text_encoder/0.json'].map((path) => stat(done(path))));
  const inodes = kept.map(({ ino, mtimeMs }) => [ino, mtimeMs]);
  const finishing = quantizeModel(asked('again'), never);
  const seen = new Set<string>();
  const look = setInterval(() => {
    for (const [i, path] of ['calls.safetensors', 'text_encoder/0.json'].entries()) {
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

test('rounding for inputs that rounded blocks leave is other integers, of a network that fits one part', async () => {
  await quantizeModel(asked('asymmetric', '--asymmetric'), never);
  const [{ stages }, { stages: plain }] = [await manifestIn('asymmetric'), await manifestIn('out')];
  for (const [i, { stage, parts }] of stages.entries())
    assert.is.not(parts[0]!.weights.sha256, plain[i]!.parts[0]!.weights.sha256, stage);
});

test('another rounding is other integers, of which a second size takes the first one’s', async () => {
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
  assert.is.not(stages[1]!.parts[0]!.weights.sha256, rounded[1]!.parts[0]!.weights.sha256);
});

test('biases that take the mean errors of rounding back are in both packs alike', async () => {
  await quantizeModel(asked('corrected', '--bias-correction', 'on', '--format', 'w8a8'), never);
  await quantizeModel(asked('plain', '--format', 'w8a8'), never);
  const biasIn = async (out: string): Promise<Float32Array> => {
    const { manifest, weights } = await openConverted(join(scratch, out));
    const { offset, bytes, dtype } = manifest.stages.unet.tensors.find(({ name }) => name === 'conv_out.bias')!;
    const opened = await weights('unet');
    const floats = toF32(dtype as 'F32' | 'F16', opened.read(offset, offset + bytes).slice());
    opened.close();
    return floats;
  };
  const [corrected, plain] = [await biasIn('corrected'), await biasIn('plain')];
  assert.ok(corrected.some((value, row) => Math.abs(value - plain[row]!) > 1e-6));
  const { constants } = readGraph(await readFile(join(scratch, 'corrected', '48x40/unet.onnx')));
  const file = new Uint8Array(await readFile(join(scratch, 'corrected', '48x40/unet.weights')));
  const numbers = (ending: string) => {
    const [, { external, shape }] = [...constants].find(
      ([name]) => name.startsWith('conv_out.bias') && name.endsWith(ending),
    )!;
    const start = Number(external.offset);
    return file.slice(start, start + 4 * shape[0]!).buffer;
  };
  const steps = new Float32Array(numbers('/scales'));
  const integers = new Int32Array(numbers('/int32'));
  for (const [row, value] of corrected.entries())
    assert.ok(Math.abs(integers[row]! * steps[row]! - value) <= steps[row]! / 2 + 1e-6 * Math.abs(value), `row ${row}`);
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
    if (readdirSync(out).some((name) => existsSync(join(out, name, '48x40', 'vae_encoder', '0.json'))))
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

test('a UNet that was cut to be compiled draws the same noise, bit for bit', async () => {
  await quantizeModel(asked('parts', '--parts', '3'), never);
  const [whole, cut] = [await manifestIn('out'), await manifestIn('parts')];
  assert.equal(
    cut.stages.map(({ parts }) => parts.length),
    [1, 3, 1, 1],
  );
  const { unet, textEncoder } = whole.description;
  const tensor = (name: string, ...shape: number[]): Tensor => {
    const count = shape.reduce((product, size) => product * size, 1);
    return { type: 'float32', shape, data: uniform(name, count, 2, 0) };
  };
  const inputs = {
    sample: tensor('sample', 1, unet.inChannels, 5, 6),
    timestep: { type: 'float32', shape: [1], data: Float32Array.of(500) } as const,
    encoder_hidden_states: tensor('states', 1, textEncoder.maxPositionEmbeddings, unet.crossAttentionDim),
  };
  const noises: unknown[] = [];
  for (const folder of ['out', 'parts']) {
    const { model, backend } = await npuParts(join(scratch, folder), nodeWasmBackend());
    const file = await model.file('unet', { batch: 1, height: 5, width: 6 }, never);
    const stage = await backend.open(file, never).finally(() => file.weights.close());
    noises.push((await stage.run(inputs)).noise);
    await stage.close();
  }
  assert.equal(noises[1], noises[0]);
});

test('what a compiler makes of a part lies where the manifest says, under another name once the part is another', async () => {
  const [manifest, other] = [await manifestIn('out'), await manifestIn('four')];
  const [unet, changed] = [manifest.stages[1]!.parts[0]!, other.stages[1]!.parts[0]!];
  assert.is.not(unet.context, changed.context);
  assert.is(unet.context, (await manifestIn('again')).stages[1]!.parts[0]!.context);
  const path = inOut(contextPath(manifest, unet, 'SM8650'));
  const folder = await openNpuFolder(inOut(''));
  assert.is(await folder.context(unet, 'SM8650'), undefined);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'compiled');
  assert.is(await folder.context(unet, 'SM8650'), path);
  assert.is(await folder.context(unet, 'SM8550'), undefined);
});

test.run();
