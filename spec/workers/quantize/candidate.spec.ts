/**
 * A random model quantized in each of the ways that a candidate may be, its networks opened as the pipeline opens them and
 * given the pipeline's own inputs.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { fileSource } from '../../../models/folder.node';
import { floatsOf, matrixKeys } from '../../../models/quantize/dequantized';
import { roundedToNearest } from '../../../models/quantize/integerWeights';
import { energies, sqnr } from '../../../models/quantize/quality/sqnr';
import { openSafetensors } from '../../../models/safetensors';
import { weightsInTemporaryFile } from '../../../models/stageWeights.node';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { checkpointModel } from '../../../workers/model.checkpoint';
import type { Parts } from '../../../workers/openStage';
import { candidateParts, type QuantizedStages } from '../../../workers/quantize/candidate';
import { minMaxRanges } from '../../../workers/quantize/minMaxRanges';
import type { Tensors } from '../../../workers/tensor';
import { randomModel } from '../../models/randomModel';
import { rejects } from '../../models/rejects';
import { fromRoot } from '../../root';

const SIZE = { batch: 1, height: 8, width: 8 };
const checkpoint = await openDiffusersFolder(await randomModel('A'));
const backend = nodeWasmBackend({ threads: 1 });
const own: Parts = { model: checkpointModel(checkpoint), backend };
const { signal } = new AbortController();

const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/networks-A.safetensors')));
const known = async (key: string) => new Float32Array((await vectors.read(key)).slice().buffer);
const STATES: Tensors = {
  sample: { type: 'float32', shape: [1, 4, 8, 8], data: await known('unet.square.sample') },
  timestep: { type: 'float32', shape: [1], data: await known('unet.square.timestep') },
  encoder_hidden_states: {
    type: 'float32',
    shape: [1, 77, 48],
    data: (await known('text.hidden_states')).slice(0, 77 * 48),
  },
};
const IDS: Tensors = {
  input_ids: { type: 'int32', shape: [1, 77], data: Int32Array.from({ length: 77 }, (_, i) => 600 * i) },
};

type Asked = readonly [stage: 'unet' | 'text_encoder', inputs: Tensors];
const CALLS: readonly Asked[] = [
  ['unet', STATES],
  ['text_encoder', IDS],
];

async function answer({ model, backend }: Parts, [stage, inputs]: Asked): Promise<Float32Array> {
  const file = await model.file(stage, SIZE, signal);
  const opened = await backend.open(file, signal);
  try {
    return Object.values(await opened.run(inputs))[0]!.data as Float32Array;
  } finally {
    await opened.close();
    file.weights.close();
  }
}

const candidate = (stages: QuantizedStages) => candidateParts(checkpoint, stages, backend, weightsInTemporaryFile);
const decibels = (reference: Float32Array, got: Float32Array) => sqnr(energies(reference, got));

for (const asked of CALLS) {
  const [stage, inputs] = asked;
  const rounded = (bits: 8 | 4) => ({
    weights: roundedToNearest(checkpoint.weights(stage), () => bits),
    bits: () => bits,
  });

  test(`${stage}: 8 bits of weights say more than 4, and neither all`, async () => {
    const exact = await answer(own, asked);
    const of = async (bits: 8 | 4) => decibels(exact, await answer(candidate({ [stage]: rounded(bits) }), asked));
    const [eight, four] = [await of(8), await of(4)];
    // A bit is 6 dB: four of them 24, less what the largest errors share.
    assert.ok(eight > four + 15 && four > 5 && eight < 80, `${eight} and ${four} dB`);
  });

  test(`${stage}: in 16 bits of activations it is the graph for NPUs, and near what its weights alone make of it`, async () => {
    const ranges = await minMaxRanges(
      checkpoint,
      { stage, size: SIZE },
      rounded(8),
      [inputs],
      { backend, keep: weightsInTemporaryFile },
      signal,
    );
    const weightsAlone = await answer(candidate({ [stage]: rounded(8) }), asked);
    const parts = candidate({ [stage]: { ...rounded(8), activations: { bits: 16, ranges } } });
    const found = decibels(weightsAlone, await answer(parts, asked));
    // Were it the ordinary graph, there would be no error at all.
    assert.ok(found > 55 && found < 120, `${found} dB`);
  });
}

test('networks that are not quantized are the checkpoint’s own', async () => {
  const parts = candidate({ unet: { weights: roundedToNearest(checkpoint.weights('unet'), () => 4), bits: () => 4 } });
  assert.equal(await answer(parts, CALLS[1]!), await answer(own, CALLS[1]!));
});

test('what is dequantized is within half a step of what was rounded', async () => {
  const keys = matrixKeys(checkpoint.description, 'text_encoder');
  assert.ok(keys.length === 2 * 6, `${keys}`);
  const weights = roundedToNearest(checkpoint.weights('text_encoder'), () => 8);
  for (const key of keys) {
    const { scales, values, most } = await weights.integers(key);
    const exact = await weights.floats(key);
    const got = floatsOf({ scales, values, most });
    const run = exact.length / scales.length;
    const worst = Math.max(...exact.map((value, i) => Math.abs(value - got[i]!) / scales[Math.floor(i / run)]!));
    assert.ok(worst <= 0.5001, `${key}: ${worst} steps`);
  }
});

test('a network with quantized activations is not to be had in segments', async () => {
  const activations = { bits: 16, ranges: new Map() } as const;
  const weights = roundedToNearest(checkpoint.weights('unet'), () => 8);
  const { model } = candidate({ unet: { weights, bits: () => 8, activations } });
  await rejects(() => model.segments('unet', SIZE, 2, signal), 'unsupported-model', 'unet', 'to be streamed');
});

test.run();
