/** Laws of the choice between eight bits and four, and that choice against all there are. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chosenBits, type LayerCost } from '../../../../models/quantize/sensitivity/chosenBits';
import { measuredErrors, scaledError } from '../../../../models/quantize/sensitivity/measuredErrors';
import { rejects } from '../../rejects';

/** Between 0 and 1, different for every `i`. */
const scattered = (i: number): number => (i * 0.6180339887 + 0.137) % 1;

/** Errors over five orders of magnitude; sizes over `spread` times the smallest. */
const layers = (count: number, spread: number, seed = 0): LayerCost[] =>
  Array.from({ length: count }, (_, i) => {
    const bytes = Math.round(1000 * (1 + (spread - 1) * scattered(7 * i + seed)));
    const error = 10 ** (-7 + 5 * scattered(3 * i + 2 * seed));
    return { key: `layer.${i}`, bytesAt8: 2 * bytes, bytesAt4: bytes, errorAt8: error / 256, errorAt4: error };
  });

const at4 = (some: readonly LayerCost[]) => some.reduce((sum, { bytesAt4 }) => sum + bytesAt4, 0);

/** Every choice there is, as bytes and error. */
function* all(some: readonly LayerCost[]): Generator<{ bytes: number; error: number }> {
  for (let choice = 0; choice < 2 ** some.length; choice++) {
    let [bytes, error] = [0, 0];
    for (const [i, layer] of some.entries()) {
      const four = (choice >> i) & 1;
      bytes += four ? layer.bytesAt4 : layer.bytesAt8;
      error += four ? layer.errorAt4 : layer.errorAt8;
    }
    yield { bytes, error };
  }
}

test('of layers of one size, no choice in as many bytes is better', () => {
  const some = layers(12, 1);
  for (const share of [1, 1.2, 1.5, 1.83, 2]) {
    const most = share * at4(some);
    const { bytes, decibels } = chosenBits(some, { bytes: most });
    const best = Math.min(...[...all(some)].filter((one) => one.bytes <= most).map(({ error }) => error));
    assert.ok(bytes <= most);
    assert.ok(Math.abs(decibels + 10 * Math.log10(best)) < 1e-9, `${decibels}, at best ${-10 * Math.log10(best)}`);
  }
});

test('of layers of any size, the best choice in as many bytes is not a decibel better', () => {
  for (let seed = 0; seed < 20; seed++) {
    const some = layers(12, 4, seed);
    const most = (1.1 + 0.8 * scattered(seed)) * at4(some);
    const { bytes, decibels } = chosenBits(some, { bytes: most });
    const best = Math.min(...[...all(some)].filter((one) => one.bytes <= most).map(({ error }) => error));
    assert.ok(bytes <= most, `${bytes} of ${most}`);
    assert.ok(decibels > -10 * Math.log10(best) - 1, `seed ${seed}: ${decibels}, at best ${-10 * Math.log10(best)}`);
  }
});

test('more bytes are never worse, and more decibels never smaller', () => {
  const some = layers(60, 30);
  const budgets = Array.from({ length: 21 }, (_, i) => (1 + i / 20) * at4(some));
  const qualities = budgets.map((bytes) => chosenBits(some, { bytes }).decibels);
  assert.equal(
    qualities,
    [...qualities].sort((a, b) => a - b),
  );
  const sizes = Array.from({ length: 20 }, (_, i) => chosenBits(some, { decibels: qualities[0]! + i }).bytes);
  assert.equal(
    sizes,
    [...sizes].sort((a, b) => a - b),
  );
});

test('what is asked for is reached: bytes at most, decibels at least, and every layer has its bits', () => {
  const some = layers(60, 30);
  const { bits, bytes, decibels } = chosenBits(some, { decibels: 30 });
  assert.ok(decibels >= 30);
  assert.is(
    bytes,
    some.reduce((sum, { key, bytesAt8, bytesAt4 }) => sum + (bits.get(key) === 4 ? bytesAt4 : bytesAt8), 0),
  );
  assert.is(bits.size, some.length);
  // One more layer in four bits would be too many, whichever it is.
  const error = 10 ** (-decibels / 10);
  const next = some
    .filter(({ key }) => bits.get(key) === 8)
    .map(({ errorAt4, errorAt8 }) => error + errorAt4 - errorAt8);
  assert.ok(next.length > 0 && next.every((one) => -10 * Math.log10(one) < 30));
});

test('a layer that is no worse in four bits has four, whatever there is room for', () => {
  const [first, ...others] = layers(3, 2);
  const { bits } = chosenBits([{ ...first!, errorAt4: first!.errorAt8 / 2 }, ...others], { bytes: 1e9 });
  assert.equal([...bits.values()], [4, 8, 8]);
});

test('a layer that four bits do not make smaller keeps eight', () => {
  const [first, ...others] = layers(3, 2);
  const same = { ...first!, bytesAt4: first!.bytesAt8 + 4 };
  const most = first!.bytesAt8 + at4(others);
  assert.equal([...chosenBits([same, ...others], { bytes: most }).bits.values()], [8, 4, 4]);
});

test('what the last layer saves too much is given back to those before it', () => {
  const small = { key: 'small', bytesAt8: 20, bytesAt4: 10, errorAt8: 0, errorAt4: 1e-6 };
  const large = { key: 'large', bytesAt8: 200, bytesAt4: 100, errorAt8: 0, errorAt4: 1e-3 };
  const { bits, bytes } = chosenBits([small, large], { bytes: 120 });
  assert.equal(
    [...bits],
    [
      ['small', 8],
      ['large', 4],
    ],
  );
  assert.is(bytes, 120);
});

test('what cannot be reached is refused with what can', async () => {
  const some = layers(5, 2);
  await rejects(() => chosenBits(some, { bytes: at4(some) - 1 }), 'bad-argument', 'bytes', `at least ${at4(some)}`);
  await rejects(() => chosenBits(some, { decibels: 200 }), 'bad-argument', 'decibels', 'at most', '200');
});

test('a measured error is that of the one weight, over all samples; what is known is not measured again', async () => {
  const asked: (string | undefined)[] = [];
  const outputs = async (key: string | undefined) => {
    asked.push(key);
    const off = key === 'a' ? 0.5 : key === 'b' ? 0.1 : 0;
    return [Float32Array.of(1, 2 + off), Float32Array.of(2 - off, 0)];
  };
  const errors = await measuredErrors(['a', 'b', 'c'], outputs, new Map([['c', 7]]), new AbortController().signal);
  assert.equal(asked, [undefined, 'a', 'b']);
  assert.ok(Math.abs(errors.get('a')! - 0.5 / 9) < 1e-6 && Math.abs(errors.get('b')! - 0.02 / 9) < 1e-6);
  assert.is(errors.get('c'), 7);
});

test('an error goes with the energy of what rounding changed', () => {
  assert.is(scaledError(0.02, 3, 6), 0.01);
  assert.is(scaledError(0, 3, 0), 0);
});

test.run();
