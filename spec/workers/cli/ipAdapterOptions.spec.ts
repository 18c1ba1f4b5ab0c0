/** IP-Adapters in the words of the command, and in what a picture's file says. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../../workers/cli/arguments';
import { recipeChunks } from '../../../workers/pictureFile/recipe';
import { DEFAULTS } from '../../../workers/request';
import { rejects } from '../../models/rejects';

const words = (...more: string[]) => {
  const { adapters, encoder } = parseArguments(['x', ...more]).ipAdapters;
  const last = (path: string): string => path.replace(/^.*[/\\]/, '');
  return { adapters: adapters.map((each) => ({ ...each, path: last(each.path) })), encoder: encoder && last(encoder) };
};
const adapter = (word: string): string[] => ['--ip-adapter', word];
const image = (word: string): string[] => ['--ip-image', word];

test('one adapter is shown all pictures, of several each its own; it counts by its scale', () => {
  assert.equal(words(), { adapters: [], encoder: undefined });
  const one = words(...adapter('a.safetensors:0.6'), ...image('1.png'), ...image('2.png'), '--ip-encoder', 'eye');
  assert.equal(one, { adapters: [{ path: 'a.safetensors', scale: 0.6, images: ['1.png', '2.png'] }], encoder: 'eye' });
  const two = words(...adapter('a.safetensors'), ...adapter('b.safetensors:0'), ...image('1.png'), ...image('2.png'));
  assert.equal(two.adapters, [
    { path: 'a.safetensors', scale: 1, images: ['1.png'] },
    { path: 'b.safetensors', scale: 0, images: ['2.png'] },
  ]);
  const part = (...more: string[]) =>
    words(...adapter('a'), ...adapter('b'), ...image('1.png'), ...image('2.png'), ...more).adapters.map(
      ({ start, end }) => [start, end],
    );
  assert.equal(part('--ip-start', '0.2', '--ip-end', '0.5', '--ip-end', '0.8'), [
    [0.2, 0.5],
    [0.2, 0.8],
  ]);
  assert.equal(part(), [
    [undefined, undefined],
    [undefined, undefined],
  ]);
});

test('each picture may have a mask of its own, shown by one adapter or by several', () => {
  const pictures = [...image('1.png'), ...image('2.png')];
  const masks = ['--ip-mask', 'l.png', '--ip-mask', 'r.png'];
  const of = (...more: string[]) =>
    words(...more, ...pictures, ...masks).adapters.map((each) => [each.images, each.masks]);
  assert.equal(of(...adapter('a')), [
    [
      ['1.png', '2.png'],
      ['l.png', 'r.png'],
    ],
  ]);
  assert.equal(of(...adapter('a'), ...adapter('b')), [
    [['1.png'], ['l.png']],
    [['2.png'], ['r.png']],
  ]);
});

test('what does not fit together is refused', async () => {
  const one = [...adapter('a.safetensors'), ...image('1.png')];
  for (const [more, ...said] of [
    [adapter('a.safetensors'), '--ip-image', 'one at least for --ip-adapter', '0'],
    [image('1.png'), '--ip-adapter', 'FILE where --ip-image is given', 'none'],
    [['--ip-mask', 'l.png'], '--ip-adapter', 'FILE where --ip-mask is given', 'none'],
    [[...one, '--ip-mask', 'l.png', '--ip-mask', 'r.png'], '--ip-mask', 'none, or 1, one for each --ip-image', '2'],
    [[...one, '--ip-mask', ''], '--ip-mask', 'FILE'],
    [['--ip-encoder', 'eye'], '--ip-adapter', 'FILE where --ip-encoder is given', 'none'],
    [[...one, ...adapter('b.safetensors')], '--ip-image', '2, one for each --ip-adapter', '1'],
    [[...one, ...one, ...image('3.png')], '--ip-image', '2, one for each --ip-adapter', '3'],
    [[...adapter('a.safetensors'), ...image('')], '--ip-image', 'FILE'],
    [[...one, '--ip-encoder', ''], '--ip-encoder', 'PATH'],
    [['--ip-start', '0.5'], '--ip-adapter', 'FILE where --ip-start is given', 'none'],
    [[...one, '--ip-end', '0.5', '--ip-end', '0.6'], '--ip-end', 'one, or 1, one for each --ip-adapter', '2'],
    [[...one, '--ip-start', 'late'], '--ip-start', 'late'],
    [[...adapter(''), ...image('1.png')], '--ip-adapter', 'FILE or FILE:WEIGHT'],
    [[...adapter('a.safetensors:much'), ...image('1.png')], 'weight of a.safetensors', 'much'],
  ] as const)
    await rejects(() => words(...more), 'bad-argument', ...said);
});

test('a picture’s file says what it was to be like, without the pictures', () => {
  const picture = { width: 1, height: 1, pixels: new Uint8Array(3) };
  const request = {
    ...DEFAULTS,
    ...{ prompt: 'x', seed: 1, width: 64, height: 64 },
    ipAdapters: [{ name: 'ip-adapter_sd15', images: [picture, picture], scale: 0.5 }],
  };
  const [, own] = recipeChunks({ request, model: 'm', backend: 'wasm' });
  const text = new TextDecoder().decode(own);
  assert.ok(text.includes('"ipAdapters":[{"name":"ip-adapter_sd15","scale":0.5,"images":2}]'), text);
  assert.not.ok(text.includes('pixels'));
});

test.run();
