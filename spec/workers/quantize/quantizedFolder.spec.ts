/** What `npm run quantize` leaves in a folder, opened by those who draw and compile with it. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openConverted } from '../../../models/convertedFolder.node';
import { toF32 } from '../../../models/floats';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { npuParts, packedParts } from '../../../workers/quantize/quantizedFolder.node';
import type { Tensor } from '../../../workers/tensor';
import { readGraph } from '../../models/qnn/readGraph';
import { uniform } from '../../models/randomModel';
import { never, quantizing } from './quantizing';

const { scratch, quantize, manifestIn } = await quantizing();

test.before(() => quantize('out'));
test.after(() => rm(scratch, { recursive: true, force: true }));

test('a UNet that was cut to be compiled draws the same noise, bit for bit', async () => {
  await quantize('parts', '--parts', '3');
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

test('packed weights may be judged alone: then no activation is rounded, where a pack that is drawn with rounds some', async () => {
  const opsOf = async (integersFrom: number): Promise<Set<string>> => {
    const { model } = await packedParts(join(scratch, 'out'), nodeWasmBackend(), { integersFrom });
    const { graph, weights } = await model.file('unet', { batch: 1, height: 5, width: 6 }, never);
    weights.close();
    return new Set(readGraph(graph).nodes.map(({ op }) => op));
  };
  assert.ok((await opsOf(0)).has('DynamicQuantizeLinear'));
  assert.not.ok((await opsOf(Number.POSITIVE_INFINITY)).has('DynamicQuantizeLinear'));
});

test('biases that take the mean errors of rounding back are in both packs alike', async () => {
  await quantize('corrected', '--bias-correction', 'on', '--format', 'w8a8');
  const biasIn = async (out: string): Promise<Float32Array> => {
    const { manifest, weights } = await openConverted(join(scratch, out));
    const { offset, bytes, dtype } = manifest.stages.unet.tensors.find(({ name }) => name === 'conv_out.bias')!;
    const opened = await weights('unet');
    const floats = toF32(dtype as 'F32' | 'F16', opened.read(offset, offset + bytes).slice());
    opened.close();
    return floats;
  };
  // Where nothing is taken back, it is the checkpoint's own whatever activations have.
  const [corrected, plain] = [await biasIn('corrected'), await biasIn('out')];
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

test.run();
