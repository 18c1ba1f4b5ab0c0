/** A stage in parts: their taps are those of the whole, so that ranges measured part by part serve either. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../../build/bench/sd15Description';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { qnnSegments, qnnSegmentsAlike, qnnStage } from '../../../models/graph/qnn/qnnStage';
import { someOf } from '../../../models/graph/qnn/ranges';
import { matrixKeys } from '../../../models/quantize/dequantized';
import { randomModel } from '../randomModel';
import { ALL_FORMS, formsNamed } from './allForms';

const { description } = await openDiffusersFolder(await randomModel('A'));
const size = { batch: 1, height: 7, width: 10 };

for (const forms of ALL_FORMS) {
  const whole = qnnStage(description, 'unet', size, forms);

  for (const count of [2, 3, 5, 8, 13]) {
    test(`the taps of ${count} parts are those of the whole, ${formsNamed(forms)}`, () => {
      const parts = qnnSegments(description, 'unet', size, count, forms);
      assert.ok(parts.length > count / 2, `${parts.length} parts`);
      const taps = new Set(parts.flatMap((part) => [...part.taps.keys()]));
      assert.equal([...taps].sort(), [...whole.taps.keys()].sort());
    });
  }
}

test('Stable Diffusion’s UNet in any number of parts has each weight in one part alone', () => {
  for (const count of [2, 8, 9]) {
    const parts = qnnSegments(SD15, 'unet', { batch: 1, height: 64, width: 64 }, count);
    assert.is(parts.length, count);
    const keys = parts.flatMap(({ layers }) => [...new Set(layers.flatMap((layer) => layer.keys))]);
    assert.is(new Set(keys).size, keys.length);
    assert.equal([...keys].sort(), [...matrixKeys(SD15, 'unet')].sort());
  }
});

test('in sizes that would be cut elsewhere by themselves, each part has the same weights', () => {
  const sizes = [
    [32, 32],
    [96, 64],
    [128, 128],
    [8, 8],
  ].map(([height, width]) => {
    return { batch: 1, height: height!, width: width! };
  });
  const keysOf = (parts: readonly { readonly layers: readonly { readonly keys: readonly string[] }[] }[]) =>
    parts.map(({ layers }) => layers.map(({ keys }) => `${keys}`).sort());
  for (const [stage, count] of [
    ['unet', 9],
    ['vae_decoder', 5],
  ] as const) {
    const alone = sizes.map((size) => keysOf(qnnSegments(SD15, stage, size, count)));
    const alike = qnnSegmentsAlike(SD15, stage, sizes, count).map(keysOf);
    assert.ok(
      alone.some((parts) => JSON.stringify(parts) !== JSON.stringify(alone[0])),
      `${stage}: nothing to bring in line`,
    );
    for (const parts of alike) assert.equal(parts, alike[0]);
    assert.is(alike[0]!.length, count);
  }
});

test('some of a value’s numbers lie in many of its rows and columns', () => {
  for (const shape of [
    [1, 768, 1, 77],
    [1, 320, 64, 64],
    [1, 77, 768],
    [1, 8, 77, 77],
  ]) {
    const { count, apart } = someOf(shape, 256);
    const total = shape.reduce((product, size) => product * size, 1);
    assert.ok(count > 128 && count <= 256 && (count - 1) * apart < total, `${count} of ${shape}`);
    const last = shape.at(-1)!;
    const columns = new Set(Array.from({ length: count }, (_, i) => (i * apart) % last));
    const rows = new Set(Array.from({ length: count }, (_, i) => Math.floor((i * apart) / last)));
    assert.ok(columns.size >= Math.min(last, count) / 2, `${columns.size} columns of ${shape}`);
    assert.ok(rows.size > 64, `${rows.size} rows of ${shape}`);
  }
});

test.run();
