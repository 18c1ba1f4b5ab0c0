/** One weight of a random model's UNet in four bits, found the long way and the short one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { fileSource } from '../../../models/folder.node';
import { dequantized, matrixKeys } from '../../../models/quantize/dequantized';
import { type IntegerWeights, roundedToNearest } from '../../../models/quantize/integerWeights';
import { energies } from '../../../models/quantize/quality/sqnr';
import { openSafetensors } from '../../../models/safetensors';
import { weightsInTemporaryFile } from '../../../models/stageWeights.node';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { checkpointModel } from '../../../workers/model.checkpoint';
import { type GuidedSample, unetCosts } from '../../../workers/quantize/sensitivity';
import { randomModel } from '../../models/randomModel';
import { fromRoot } from '../../root';

const SIZE = { batch: 1, height: 8, width: 8 };
const checkpoint = await openDiffusersFolder(await randomModel('A'));
const backend = nodeWasmBackend({ threads: 1 });
const keep = weightsInTemporaryFile;
const { signal } = new AbortController();
const keys = matrixKeys(checkpoint.description, 'unet');
const source = checkpoint.weights('unet');
const four = roundedToNearest(source, () => 4);
const eight = roundedToNearest(source, () => 8);

const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/networks-A.safetensors')));
const known = async (key: string) => new Float32Array((await vectors.read(key)).slice().buffer);
const states = await known('text.hidden_states');
const inputs = async (prompt: 0 | 1) => ({
  sample: { type: 'float32', shape: [1, 4, 8, 8], data: await known('unet.square.sample') } as const,
  timestep: { type: 'float32', shape: [1], data: await known('unet.square.timestep') } as const,
  encoder_hidden_states: {
    type: 'float32',
    shape: [1, 77, 48],
    data: states.slice(prompt * 77 * 48, (prompt + 1) * 77 * 48),
  } as const,
});
const samples: GuidedSample[] = [{ conditional: await inputs(0), unconditional: await inputs(1) }];

/** The guided noise of the whole network over other weights. */
async function guidedNoise(rounded: readonly string[], weights: IntegerWeights = four): Promise<Float32Array> {
  const unetOnly: typeof checkpoint.weights = (stage) =>
    stage === 'unet' ? dequantized(source, weights, rounded) : checkpoint.weights(stage);
  const file = await checkpointModel({ ...checkpoint, weights: unetOnly }, undefined, keep).file('unet', SIZE, signal);
  const opened = await backend.open(file, signal);
  try {
    const noise = async (some: GuidedSample['conditional']) => (await opened.run(some)).noise!.data as Float32Array;
    const [cond, uncond] = [await noise(samples[0]!.conditional), await noise(samples[0]!.unconditional)];
    return uncond.map((value, i) => value + 7.5 * (cond[i]! - value));
  } finally {
    await opened.close();
    file.weights.close();
  }
}

test('the cost of a weight is what the whole network with it rounded is off, of guided noise', async () => {
  // At the beginning, in the middle, at the end; kernels, a matrix, one that only the prompt goes through.
  const some = [keys[0]!, keys.find((key) => key.includes('attn2.to_v'))!, keys[keys.length >> 1]!, keys.at(-1)!];
  const others = new Map(keys.filter((key) => !some.includes(key)).map((key) => [key, 0]));
  const costs = await unetCosts({ checkpoint, size: SIZE, samples, keys, four, eight, backend, keep }, others, signal);
  assert.equal(
    costs.map(({ key }) => key),
    keys,
  );
  const exact = await guidedNoise([]);
  for (const key of some) {
    const { errorAt4, errorAt8 } = costs.find((cost) => cost.key === key)!;
    const { noise, signal } = energies(exact, await guidedNoise([key]));
    assert.ok(Math.abs(errorAt4 / (noise / signal) - 1) < 1e-3, `${key}: ${errorAt4}, not ${noise / signal}`);
    // (7 / 127)² where rounding errors are uniform; four bits of a few numbers may be luckier.
    assert.ok(errorAt8 > errorAt4 / 1000 && errorAt8 < errorAt4 / 100, `${key}: ${errorAt8} of ${errorAt4}`);
  }
});

test('a bias that is corrected for four bits is so with its own weight alone', async () => {
  const moved = (biases: (key: string) => boolean): IntegerWeights => ({
    ...four,
    floats: async (key) => (await four.floats(key)).map((value) => (biases(key) ? value + 0.05 : value)),
  });
  const key = keys.find((one) => one.endsWith('proj_in.weight'))!;
  const others = new Map(keys.filter((one) => one !== key).map((one) => [one, 0]));
  const asked = { checkpoint, size: SIZE, samples, keys, four: moved((one) => one.endsWith('.bias')), eight };
  const costs = await unetCosts({ ...asked, backend, keep }, others, signal);
  const own = moved((one) => one === key.replace('.weight', '.bias'));
  const [exact, got, uncorrected] = [await guidedNoise([]), await guidedNoise([key], own), await guidedNoise([key])];
  const errorOf = (noise: Float32Array): number => energies(exact, noise).noise / energies(exact, noise).signal;
  const { errorAt4 } = costs.find((cost) => cost.key === key)!;
  assert.ok(Math.abs(errorAt4 / errorOf(got) - 1) < 1e-3, `${errorAt4}, not ${errorOf(got)}`);
  assert.ok(Math.abs(errorOf(got) / errorOf(uncorrected) - 1) > 0.01, 'the correction is seen');
});

test('rows of dequantized tensors are those of the whole', async () => {
  const tensors = dequantized(source, four, keys);
  for (const key of [keys[0]!, 'conv_in.bias']) {
    const whole = await tensors.read(key);
    const rowBytes = whole.length / tensors.info(key)!.shape[0]!;
    assert.equal(await tensors.read(key, { begin: 1, end: 3 }), whole.subarray(rowBytes, 3 * rowBytes));
  }
});

test.run();
