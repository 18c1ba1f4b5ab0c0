/** Rounded weights in files: what was put in comes out, in the width that is asked for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { bytesOf } from '../../../models/floats';
import { biasesOf, correctedBiases } from '../../../models/quantize/correctedBiases';
import { type IntegerWeights, roundedToNearest } from '../../../models/quantize/integerWeights';
import { type RoundedWeight, roundedFile, roundedWeights } from '../../../models/quantize/roundedWeights';
import { openSafetensors } from '../../../models/safetensors';
import { randomModel } from '../randomModel';
import { rejects } from '../rejects';

const others: IntegerWeights = {
  integers: () => assert.unreachable() as never,
  floats: async (key) => Float32Array.of(key.length),
};

const weight = (key: string, bits: 8 | 4, ...values: number[]): RoundedWeight => ({
  key,
  bits,
  rounded: { values: Int8Array.from(values), scales: Float32Array.of(0.5, 2), most: bits === 8 ? 127 : 7 },
});

async function opened(...weights: RoundedWeight[]) {
  const bytes = roundedFile(weights);
  return openSafetensors({ name: 'part', size: bytes.length, read: async (start, end) => bytes.slice(start, end) });
}

test('integers and scales from whichever file has them, in the bits of the weight', async () => {
  const files = [
    await opened(weight('a.weight', 8, 127, -3, 0, 4, -127, 1), weight('a.weight', 4, 7, 0, 0, 1, -7, 0)),
    await opened(weight('b.weight', 8, 1, 2), weight('b.weight', 4, -1, 3)),
  ];
  const from = roundedWeights(files, others, (key) => (key === 'a.weight' ? 8 : 4));
  const a = await from.integers('a.weight');
  assert.equal([[...a.values], [...a.scales], a.most], [[127, -3, 0, 4, -127, 1], [0.5, 2], 127]);
  const b = await from.integers('b.weight');
  assert.equal([[...b.values], [...b.scales], b.most], [[-1, 3], [0.5, 2], 7]);
  assert.equal([...(await from.floats('a.bias'))], [6]);
});

test('a bias has the correction of its weight in the bits that this has, all else is as it was', async () => {
  const eight = { ...weight('a.weight', 8, 1, 2), correction: Float32Array.of(0.25) };
  const four = { ...weight('a.weight', 4, 1, 2), correction: Float32Array.of(-3) };
  const files = [await opened(eight, four, weight('b.weight', 8, 1, 2))];
  const biasIn = async (bits: 8 | 4, key: string) => [...(await roundedWeights(files, others, () => bits).floats(key))];
  assert.equal([await biasIn(8, 'a.bias'), await biasIn(4, 'a.bias')], [[6.25], [3]]);
  assert.equal([await biasIn(8, 'b.bias'), await biasIn(8, 'a.weight'), await biasIn(8, 'norm.bias')], [[6], [8], [9]]);
});

test('a network’s corrected biases are told in float32, by rows too, and the rest as it lies there', async () => {
  const { description, weights } = await openDiffusersFolder(await randomModel('B'));
  const source = weights('unet');
  const biases = biasesOf(description, 'unet');
  assert.ok(biases.has('conv_in.bias') && !biases.has('conv_norm_out.bias'));
  const all = roundedToNearest(source, () => 8);
  const moved = { ...all, floats: async (key: string) => (await all.floats(key)).map((value) => value + 1) };
  const corrected = correctedBiases(source, moved, biases);
  const [channels] = source.info('conv_in.bias')!.shape as [number];
  assert.equal(corrected.info('conv_in.bias'), { dtype: 'F32', shape: [channels], bytes: 4 * channels });
  const expected = (await all.floats('conv_in.bias')).map((value) => value + 1);
  assert.equal(await corrected.read('conv_in.bias'), bytesOf(expected));
  assert.equal(await corrected.read('conv_in.bias', { begin: 2, end: 5 }), bytesOf(expected.slice(2, 5)));
  for (const key of ['conv_norm_out.bias', 'conv_in.weight']) {
    assert.equal(corrected.info(key), source.info(key));
    assert.equal(await corrected.read(key), await source.read(key));
  }
});

test('a weight that nobody rounded in so many bits is named', async () => {
  const files = [await opened(weight('a.weight', 8, 1, 2))];
  await rejects(() => roundedWeights(files, others, () => 4).integers('a.weight'), 'bad-model', 'a.weight', '4 bits');
});

test.run();
