/** ControlNets in the words of the command. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../../workers/cli/arguments';
import { cannyEdges } from '../../../workers/pictureFile/canny';
import { colorGrid } from '../../../workers/pictureFile/colorGrid';
import { preprocessed } from '../../../workers/pictureFile/preprocessed';
import { recipeChunks } from '../../../workers/pictureFile/recipe';
import { DEFAULTS } from '../../../workers/request';
import { rejects } from '../../models/rejects';

const words = (...more: string[]) => parseArguments(['x', ...more]).controls;

test('each ControlNet has a picture, a weight, and a part of the calls of its own or of all', () => {
  assert.equal(words(), { controls: [], guess: false });
  const two = [
    '--control',
    'a.safetensors:0.5',
    '--control-image',
    'a.png',
    '--control',
    'b',
    '--control-image',
    'b.png',
  ];
  const { controls, guess } = words(...two, '--control-end', '0.8', '--control-start', '0', '--control-start', '0.2');
  assert.is(guess, false);
  assert.equal(
    controls.map(({ path, ...how }) => ({ ...how, path: path.replace(/^.*[/\\]/, '') })),
    [
      { path: 'a.safetensors', weight: 0.5, image: 'a.png', start: 0, end: 0.8 },
      { path: 'b', weight: 1, image: 'b.png', start: 0.2, end: 0.8 },
    ],
  );
  assert.is(words(...two, '--control-guess').guess, true);
});

test('a picture is followed as it is, or its edges, its negative or its colors', () => {
  const one = ['--control', 'a', '--control-image', 'a.png'];
  const picture = { width: 4, height: 3, pixels: Uint8Array.from({ length: 36 }, (_, i) => (i % 12 < 6 ? 10 : 90)) };
  const prepared = (...more: string[]) =>
    preprocessed(picture, words(...one, ...more).controls[0]!.preprocess, picture);
  assert.equal(prepared(), picture);
  assert.equal(prepared('--control-preprocess', 'none'), picture);
  assert.is(prepared('--control-preprocess', 'invert').pixels[0], 245);
  assert.equal(prepared('--control-preprocess', 'color'), colorGrid(picture, picture));
  assert.equal(prepared('--control-preprocess', 'canny'), cannyEdges(picture));
  assert.equal(prepared('--control-preprocess', 'canny:10,350.5'), cannyEdges(picture, { low: 10, high: 350.5 }));
  assert.not.equal(cannyEdges(picture), cannyEdges(picture, { low: 10, high: 350.5 }));
});

test('edges are found at the size that is drawn: of a photograph eight times as large they are as strong', () => {
  const drawn = { width: 32, height: 24 };
  const pixels = Uint8Array.from({ length: 3 * 256 * 192 }, (_, i) => (Math.floor(i / 3) % 256 < 128 ? 40 : 200));
  const {
    width,
    height,
    pixels: edges,
  } = preprocessed({ width: 256, height: 192, pixels }, { type: 'canny', low: 100, high: 200 }, drawn);
  assert.equal([width, height, edges.length], [32, 24, 3 * 32 * 24]);
  assert.equal([...new Set(edges)].sort(), [0, 255]);
  const other = preprocessed({ width: 256, height: 192, pixels }, { type: 'invert' }, drawn);
  assert.is(other.width, 256, 'all else is brought to size when it is followed');
});

test('what does not fit together is refused', async () => {
  const one = ['--control', 'a.safetensors', '--control-image', 'a.png'];
  for (const [more, ...said] of [
    [['--control', 'a.safetensors'], '--control-image', '1, one for each --control', '0'],
    [['--control-image', 'a.png'], '--control-image', '0, one for each', '1'],
    [['--control', '', '--control-image', 'a.png'], '--control', 'FILE or FILE:WEIGHT'],
    [['--control', 'a.safetensors:much', '--control-image', 'a.png'], 'weight of a.safetensors', 'much'],
    [['--control-guess'], '--control', 'where --control-guess is given'],
    [['--control-start', '0.5'], '--control', 'where --control-start is given'],
    [[...one, '--control-end', '0.5', '--control-end', '1'], '--control-end', 'one, or 1, one for each', '2'],
    [[...one, '--control-end', 'late'], '--control-end', 'late'],
    [[...one, '--control-preprocess', 'depth'], '--control-preprocess', 'invert, color or none', 'depth'],
    [[...one, '--control-preprocess', 'canny:200,100'], '--control-preprocess', 'canny:LOW,HIGH', 'canny:200,100'],
  ] as const)
    await rejects(() => words(...more), 'bad-argument', ...said);
});

test('a picture’s file says what steered it, without the pictures', () => {
  const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
  const request = {
    ...DEFAULTS,
    ...{ prompt: 'x', seed: 1, width: 64, height: 64, controlGuess: true },
    controls: [{ name: 'canny', image, weight: 0.5 }],
  };
  const [, own] = recipeChunks({ request, model: 'm', backend: 'wasm' });
  const text = new TextDecoder().decode(own);
  assert.ok(text.includes('"controls":[{"name":"canny","weight":0.5}],"controlGuess":true'), text);
  assert.not.ok(text.includes('pixels'));
});

test.run();
