/** Rounded weights in files: what was put in comes out, in the width that is asked for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { IntegerWeights } from '../../../models/quantize/integerWeights';
import { type RoundedWeight, roundedFile, roundedWeights } from '../../../models/quantize/roundedWeights';
import { openSafetensors } from '../../../models/safetensors';
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

test('a weight that nobody rounded in so many bits is named', async () => {
  const files = [await opened(weight('a.weight', 8, 1, 2))];
  await rejects(() => roundedWeights(files, others, () => 4).integers('a.weight'), 'bad-model', 'a.weight', '4 bits');
});

test.run();
