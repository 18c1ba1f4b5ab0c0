/** Four bits where they cost least, and no more of them than the budget asks for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../../build/bench/sd15Description';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { parametersOf } from '../../../models/graph/parameters';
import { packedBytes, planTensors } from '../../../models/pack';
import { matrixKeys } from '../../../models/quantize/dequantized';
import { costsByLayer, mixedBits } from '../../../models/quantize/mixedBits';
import { hasBlocks, integerForm, staysWide } from '../../../models/quantize/plan';
import { npuBytes } from '../../../models/quantize/quantizedBytes';
import type { LayerFound } from '../../../models/quantize/roundPart';
import { budgetWords, isMissed, sizeBudget } from '../../../models/quantize/sizeBudget';
import { randomModel } from '../randomModel';

const { description } = await openDiffusersFolder(await randomModel('A'));
const unet = npuBytes(description, 'unet');
const whole = unet.fp32;
const linear = matrixKeys(description, 'unet').filter((key) => /to_[qkv]|to_out|\.ff\./.test(key));

/** The later a layer stands, the more four bits cost it. */
const layers: LayerFound[] = linear.flatMap((key, i) =>
  ([8, 4] as const).map((bits): LayerFound => {
    return { key, bits, weights: 1, squared: 1, seconds: 1, decibels: bits === 8 ? 50 : 40 - i / 10 };
  }),
);

const costs = costsByLayer(description, 'unet', layers);

test('a budget that eight bits meet leaves all in eight', () => {
  const chosen = mixedBits(unet, costs, 0.9);
  assert.equal([...new Set(chosen.values())], [8]);
});

test('what is chosen fits the budget, and no single layer of it could stay in eight bits', () => {
  const all = unet.in(() => 8);
  const least = unet.in((key) => (linear.includes(key) ? 4 : 8));
  const share = (all + least) / 2 / whole;
  const chosen = mixedBits(unet, costs, share);
  const bytesWith = (bits: ReadonlyMap<string, 8 | 4>): number => unet.in((key) => bits.get(key) ?? 8);
  assert.ok(bytesWith(chosen) <= share * whole);
  const four = [...chosen].filter(([, bits]) => bits === 4);
  assert.ok(four.length > 0 && four.length < linear.length, `${four.length}`);
  for (const [key] of four) assert.ok(bytesWith(new Map(chosen).set(key, 8)) > share * whole, key);
});

test('a budget that cannot be met gets as near as may be', () => {
  const chosen = mixedBits(unet, costs, 0.01);
  assert.equal([...chosen.keys()].sort(), [...linear].sort());
  // Where rows have no whole blocks, four bits would save nothing.
  const inBlocks = parametersOf(description, 'unet').filter(({ shape }) => shape[1]! % 32 === 0);
  const blocked = new Set(inBlocks.map(({ name }) => name));
  for (const [key, bits] of chosen) assert.is(bits, blocked.has(key) ? 4 : 8, key);
  assert.ok(linear.some((key) => blocked.has(key)));
});

test('what was asked for and cannot be had is told in numbers', () => {
  const few = sizeBudget(unet, mixedBits(unet, costs, 0.01), 0.01);
  assert.is(few.got, few.least);
  assert.ok(isMissed(few));
  const [got, asked] = [few.got, few.asked].map((bytes) => `${((100 * bytes) / whole).toFixed(2)} %`);
  assert.ok(
    budgetWords(few).startsWith(`unet: ${got} of float32's bytes, not the ${asked} asked for`),
    budgetWords(few),
  );
  const half = (few.least + unet.in(() => 8)) / 2 / whole;
  const met = sizeBudget(unet, mixedBits(unet, costs, half), half);
  assert.not(isMissed(met));
  assert.ok(met.got > met.least);
  assert.is(met.least, few.least, 'the least is the form’s, whatever is chosen');
  assert.not.ok(budgetWords(met).includes('asked'));
});

test('of Stable Diffusion’s UNet four bits leave a fifth and more for NPUs, whose kernels of 3 × 3 have none, and 14 % for CPUs', () => {
  const shapes = new Map(parametersOf(SD15, 'unet').map(({ name, shape }) => [name, shape]));
  const least = (some: (key: string) => boolean): string => {
    const keys = matrixKeys(SD15, 'unet').filter(some);
    const budget = sizeBudget(npuBytes(SD15, 'unet'), new Map(keys.map((key) => [key, 4 as const])), 0.2);
    return ((100 * budget.least) / budget.fp32).toFixed(2);
  };
  assert.is(
    least((key) => hasBlocks(shapes.get(key)!)),
    '21.57',
  );
  const parameters = parametersOf(SD15, 'unet');
  const four = new Set(matrixKeys(SD15, 'unet').filter((key) => !staysWide(key)));
  const packed = planTensors(
    parameters,
    () => 'F16',
    (key) => integerForm(shapes.get(key)!, four.has(key) ? 4 : 8),
  );
  assert.is(((100 * packedBytes(packed)) / npuBytes(SD15, 'unet').fp32).toFixed(2), '14.12');
});

test.run();
