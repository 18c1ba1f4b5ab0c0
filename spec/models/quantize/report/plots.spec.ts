/** Plots put numbers where they belong: positions read back from the drawing are those of the data. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { textOf } from '../../../../models/quantize/report/markup';
import { bar } from '../../../../models/quantize/report/plots/bar';
import { heatStrip } from '../../../../models/quantize/report/plots/heatStrip';
import { scatter } from '../../../../models/quantize/report/plots/scatter';

const NAMES = { title: 'a plot', x: 'across', y: 'up' };

/** `[attribute, …]` of every element that has them all, as numbers. */
const numbers = (svg: string, pattern: RegExp): number[][] =>
  [...svg.matchAll(pattern)].map(([, ...values]) => values.map(Number));

test('a point lies between the ticks around it as its number lies between theirs, upwards for more', () => {
  const data = [
    [1, 40],
    [251, 47.5],
    [999, 42],
    [600, 50],
  ] as const;
  const svg = textOf(
    scatter(
      data.map(([x, y]) => ({ x, y, title: `${x}` })),
      NAMES,
    ),
  );
  const across = numbers(svg, /<text x="([\d.]+)" y="206" [^>]*>([\d.]+)</g) as [at: number, tick: number][];
  const up = numbers(svg, /<text x="34" y="([\d.]+)" [^>]*>([\d.]+)</g) as [at: number, tick: number][];
  const read = (scale: [at: number, tick: number][], at: number): number => {
    const [[begin, low], [end, high]] = [scale[0]!, scale.at(-1)!];
    return low + ((high - low) * (at - begin)) / (end - begin);
  };
  assert.ok(up[0]![0] > up.at(-1)![0], 'the lowest tick is at the bottom');
  const points = numbers(svg, /<circle cx="([\d.]+)" cy="([\d.]+)"/g);
  assert.is(points.length, data.length);
  for (const [i, [x, y]] of data.entries()) {
    const [left, top] = points[i] as [number, number];
    assert.ok(Math.abs(read(across, left) - x) < 1, `${x}: ${read(across, left)}`);
    assert.ok(Math.abs(read(up, top) - y) < 0.1, `${y}: ${read(up, top)}`);
  }
});

test('a line goes through the points in their order, and only where it is asked for', () => {
  const points = [3, 1, 2].map((x) => ({ x, y: x * x, title: '' }));
  const svg = textOf(scatter(points, { ...NAMES, line: true }));
  const path = /<polyline points="([^"]*)"/.exec(svg)![1]!.split(' ');
  assert.equal(
    path,
    [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => `${x},${y}`),
  );
  assert.not.ok(textOf(scatter(points, NAMES)).includes('<polyline'));
});

test('a bar is as long as its share, never longer than the whole', () => {
  const length = (share: number): number => numbers(textOf(bar(share)), /<rect width="([\d.]+)"/g)[0]![0]!;
  assert.equal([0, 0.252, 1, Number.POSITIVE_INFINITY, -1].map(length), [0, 25.2, 100, 100, 0]);
});

test('the lower a number, the stronger its cell; what is exact is the palest', () => {
  const values = [40, 31, Number.POSITIVE_INFINITY, 53];
  const svg = textOf(
    heatStrip(
      values.map((value) => ({ value, title: '' })),
      'layers',
      'dB',
    ),
  );
  const cells = numbers(svg, /<rect x="(\d+)" [^>]*fill-opacity="([\d.]+)"/g);
  assert.equal(
    cells.map(([x]) => x),
    [0, 1, 2, 3],
  );
  const strength = cells.map(([, opacity]) => opacity!);
  assert.ok(strength[1]! > strength[0]! && strength[0]! > strength[3]! && strength[3]! > strength[2]!, `${strength}`);
  assert.ok(strength.every((opacity) => opacity > 0 && opacity <= 1));
});

test.run();
