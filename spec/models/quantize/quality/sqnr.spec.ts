import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addEnergies, energies, NO_ENERGIES, sqnr } from '../../../../models/quantize/quality/sqnr';
import { rejects } from '../../rejects';

const signal = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * 0.7390851));
const near = (got: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(got - expected) <= tolerance, `${got}, expected ${expected}`);

test('an error of a tenth of the signal is 20 dB below it, of a hundredth 40 dB', () => {
  for (const [share, decibels] of [
    [0.1, 20],
    [0.01, 40],
    [1, 0],
    [10, -20],
  ] as const) {
    near(
      sqnr(
        energies(
          signal,
          signal.map((value) => value * (1 + share)),
        ),
      ),
      decibels,
      1e-3,
    );
  }
});

test('a sine rounded to b bits has 6.02 b + 1.76 dB', () => {
  for (const bits of [8, 10, 12]) {
    const step = 2 / 2 ** bits;
    const rounded = signal.map((value) => step * Math.round(value / step));
    near(sqnr(energies(signal, rounded)), 6.0206 * bits + 1.7609, 0.3);
  }
});

test('a change of scale that both share changes nothing', () => {
  const got = signal.map((value, i) => value + 0.01 * Math.cos(i));
  const scaled = (numbers: Float32Array): Float32Array => numbers.map((value) => 1024 * value);
  assert.is(sqnr(energies(signal, got)), sqnr(energies(scaled(signal), scaled(got))));
});

test('energies of parts add up to those of the whole, which is not the mean of their decibels', () => {
  const got = signal.map((value, i) => value + (i < 1000 ? 0.1 : 0.001) * Math.cos(3 * i));
  const whole = sqnr(energies(signal, got));
  const parts = [0, 1000, 1001].map((begin, i) => {
    const end = [1000, 1001, signal.length][i];
    return energies(signal.subarray(begin, end), got.subarray(begin, end));
  });
  near(sqnr(parts.reduce(addEnergies, NO_ENERGIES)), whole, 1e-9);
  assert.ok(parts.reduce((sum, part) => sum + sqnr(part), 0) / 3 > whole + 3);
});

test('equal tensors have no noise, noise alone no signal, and NaN is not taken for either', () => {
  assert.is(sqnr(energies(signal, signal)), Number.POSITIVE_INFINITY);
  assert.is(sqnr(energies(new Float32Array(3), new Float32Array(3))), Number.POSITIVE_INFINITY);
  assert.is(sqnr(energies(new Float32Array(3), Float32Array.of(0, 1, 0))), Number.NEGATIVE_INFINITY);
  for (const [reference, got] of [
    [1, Number.NaN],
    [Number.NaN, 1],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ] as const) {
    assert.ok(Number.isNaN(sqnr(energies(Float32Array.of(1, reference), Float32Array.of(1, got)))));
  }
});

test('tensors of different sizes, and empty ones, are refused with both sizes', async () => {
  await rejects(() => energies(signal, signal.subarray(1)), 'bad-argument', 'sqnr', '4096', '4095');
  await rejects(() => energies(new Float32Array(), new Float32Array()), 'bad-argument', 'sqnr', 'got 0');
});

test.run();
