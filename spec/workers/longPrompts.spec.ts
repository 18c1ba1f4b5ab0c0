/**
 * The networks for prompts of several chunks, skipped layers and learned words, on whatever computes them. A law: a UNet that is
 * shown the same hidden states twice draws what it draws of them once, since attention then splits each share in two.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { toF32 } from '../../models/floats';
import { diskFolder, fileSource } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import { energies, sqnr } from '../../models/quantize/quality/sqnr';
import type { WeightForm } from '../../models/quantize/weightForm';
import { openSafetensors } from '../../models/safetensors';
import type { StageSize } from '../../models/stage';
import type { Backend } from '../../workers/backend/backend';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import type { LearnedTokens } from '../../workers/learnedTokens';
import { COURSES, FASTEST } from '../../workers/memory/course';
import { checkpointModel } from '../../workers/model.checkpoint';
import { openStage } from '../../workers/openStage';
import type { Tensor, Tensors } from '../../workers/tensor';
import { encodePrompt } from '../../workers/text/prompt';
import { fromRoot } from '../root';
import { demoTokenizer } from './text/demoTokenizer';

const checkpoint = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/networks-demo.safetensors')));
const { hiddenSize: WIDTH, vocabSize } = checkpoint.description.textEncoder;
const { signal } = new AbortController();
const int8 = await nodeInt8Backend({ threads: 1 });
const wasm = nodeWasmBackend();

const floats = async (name: string): Promise<Float32Array> =>
  new Float32Array((await vectors.read(name)).slice().buffer);
const model = (form: WeightForm) => checkpointModel(checkpoint, planModel(checkpoint, form));
const states = (await floats('text.hidden_states')).slice(0, 77 * WIDTH);
const sample: Tensor = { type: 'float32', shape: [1, 4, 8, 8], data: await floats('unet.square.sample') };

async function noise(backend: Backend, form: WeightForm, times: number, streamed = false): Promise<Float32Array> {
  const size: StageSize = { batch: 1, height: 8, width: 8, ...(times > 1 ? { tokens: 77 * times } : {}) };
  const courses = { ...FASTEST, unet: streamed ? COURSES.low.unet.at(-1)! : FASTEST.unet };
  const unet = await openStage({ model: model(form), backend, courses }, 'unet', size, signal);
  const data = new Float32Array(times * states.length);
  for (let i = 0; i < times; i++) data.set(states, i * states.length);
  try {
    const inputs: Tensors = {
      sample,
      timestep: { type: 'float32', shape: [1], data: Float32Array.of(500) },
      encoder_hidden_states: { type: 'float32', shape: [1, 77 * times, WIDTH], data },
    };
    return (await unet.run(inputs)).noise!.data as Float32Array;
  } finally {
    await unet.close();
  }
}

const quality = (expected: Float32Array, got: Float32Array): number => sqnr(energies(expected, got));

for (const [name, backend, form, least] of [
  ['ONNX Runtime, exact', wasm, 'exact', 100],
  ['ONNX Runtime, int8', wasm, 'int8', 100],
  ['our kernels', int8, 'int8', 35],
] as const) {
  test(`${name}: the same words in three chunks are the same noise as in one`, async () => {
    const once = await noise(backend, form, 1);
    const decibels = quality(once, await noise(backend, form, 3));
    assert.ok(decibels > least, `${decibels.toFixed(1)} dB`);
  });
}

test('a UNet that is streamed takes as many chunks', async () => {
  const decibels = quality(await noise(wasm, 'exact', 2), await noise(wasm, 'exact', 2, true));
  assert.ok(decibels > 100, `${decibels.toFixed(1)} dB`);
});

const { ids } = encodePrompt(demoTokenizer(), 'a red apple on a blue background');
const APPLE = 3;
const learnedOf = (words: Int32Array, ...own: Float32Array[]): LearnedTokens => ({
  ...{ first: vocabSize, vectors: own, ids: new Set(words) },
});

async function encoded(
  backend: Backend,
  form: WeightForm,
  words: Int32Array,
  learned?: LearnedTokens,
): Promise<Tensors> {
  const size = { batch: 1, height: 8, width: 8, clipSkip: 1 };
  const encoder = await openStage({ model: model(form), backend }, 'text_encoder', size, signal, learned);
  try {
    return await encoder.run({ input_ids: { type: 'int32', shape: [1, 77], data: words } });
  } finally {
    await encoder.close();
  }
}

test('our kernels skip the layers that ONNX Runtime skips, over the same weights', async () => {
  const [expected, got] = [await encoded(wasm, 'int8', ids), await encoded(int8, 'int8', ids)];
  for (const output of ['hidden_states', 'skipped_states'] as const) {
    const decibels = quality(expected[output]!.data as Float32Array, got[output]!.data as Float32Array);
    assert.ok(decibels > 40, `${output}: ${decibels.toFixed(1)} dB`);
  }
  assert.ok(quality(expected.hidden_states!.data as Float32Array, expected.skipped_states!.data as Float32Array) < 30);
});

test('a learned word with the vector of a known one is that word', async () => {
  const table = checkpoint.weights('text_encoder');
  const name = 'text_model.embeddings.token_embedding.weight';
  const { dtype } = table.info(name)!;
  const row = toF32(dtype as 'F16', await table.read(name, { begin: ids[APPLE]!, end: ids[APPLE]! + 1 }));
  const learned = Int32Array.from(ids);
  learned[APPLE] = vocabSize;
  for (const [backend, least] of [
    [wasm, 100],
    [int8, 40],
  ] as const) {
    const expected = await encoded(backend, 'exact', ids);
    const got = await encoded(backend, 'exact', learned, learnedOf(learned, row));
    const decibels = quality(expected.hidden_states!.data as Float32Array, got.hidden_states!.data as Float32Array);
    assert.ok(decibels > least, `${decibels.toFixed(1)} dB`);
    const strange = learnedOf(
      learned,
      row.map((value) => -value),
    );
    const other = await encoded(backend, 'exact', learned, strange);
    const far = quality(expected.hidden_states!.data as Float32Array, other.hidden_states!.data as Float32Array);
    assert.ok(far < 30, `${far.toFixed(1)} dB`);
  }
});

test.run();
