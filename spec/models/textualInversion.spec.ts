import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesOf, fromF32 } from '../../models/floats';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import { openTextualInversion } from '../../models/textualInversion';
import { memorySource } from './memoryFolder';
import { rejects } from './rejects';

const WIDTH = 768;
const SIZES = { width: WIDTH, most: 75 };

/** Sixteenths, which every format holds. */
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => (i % 97) / 16 - 3);

function tensor(name: string, shape: readonly number[], dtype: 'F32' | 'F16' | 'BF16' = 'F32'): NamedTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { name, dtype, shape, data: fromF32(dtype, numbers(count)) };
}

const file = (...tensors: readonly NamedTensor[]): Uint8Array => encodeSafetensors(tensors);
const opened = (bytes: Uint8Array) => openTextualInversion(memorySource('easy.safetensors', bytes), SIZES);
const refused = (bytes: Uint8Array, code: 'bad-model' | 'unsupported-model', ...words: readonly string[]) =>
  rejects(() => opened(bytes), code, 'easy.safetensors', ...words);

test('vectors come as they are in the file, whoever wrote it, in any float format', async () => {
  const expected = [numbers(2 * WIDTH).slice(0, WIDTH), numbers(2 * WIDTH).slice(WIDTH)];
  for (const dtype of ['F32', 'F16', 'BF16'] as const) {
    assert.equal(await opened(file(tensor('emb_params', [2, WIDTH], dtype))), { vectors: expected });
    assert.equal(await opened(file(tensor('<cat-toy>', [2, WIDTH], dtype))), { word: '<cat-toy>', vectors: expected });
  }
  assert.equal(await opened(file(tensor('*', [WIDTH]))), { word: '*', vectors: [numbers(WIDTH)] });
});

test('one of another width is for another model, and said to be', async () => {
  await refused(file(tensor('emb_params', [8, 1024])), 'unsupported-model', 'vectors of 768', 'Stable Diffusion 2');
  await refused(file(tensor('emb_params', [8, 1280])), 'unsupported-model', 'got 1280, of SDXL');
  await refused(file(tensor('emb_params', [64])), 'unsupported-model', 'got 64');
});

test('one of SDXL is refused by name, although half of it would fit', async () => {
  const xl = file(tensor('clip_g', [2, 1280]), tensor('clip_l', [2, WIDTH]));
  await refused(xl, 'unsupported-model', 'SDXL, with clip_g and clip_l');
  await refused(file(tensor('clip_l', [2, WIDTH])), 'unsupported-model', 'SDXL');
});

test('one that is cut short anywhere is a bad file', async () => {
  const whole = file(tensor('emb_params', [2, WIDTH]));
  for (const length of [0, 5, 40, 100, whole.length - 1]) await refused(whole.slice(0, length), 'bad-model');
});

test('a pickle is refused with the reason', async () => {
  await refused(Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x2e, 0, 0, 0), 'bad-model', 'pickled', 'runs the code');
  const zipped = new Uint8Array(200);
  zipped.set([0x50, 0x4b, 3, 4]);
  await refused(zipped, 'bad-model', 'pickled');
});

test('other tensors are no embedding', async () => {
  const lora = file(tensor('lora_unet_x.lora_down.weight', [4, 8]), tensor('lora_unet_x.lora_up.weight', [8, 4]));
  await refused(lora, 'bad-model', 'lora_unet_x.lora_down.weight');
  await refused(file(), 'bad-model', 'a file without tensors');
  await refused(file(tensor('emb_params', [2, 2, WIDTH])), 'bad-model', '[2,2,768]');
  await refused(file(tensor('emb_params', [0, WIDTH])), 'bad-model', '[0,768]');
  const integers = {
    name: 'emb_params',
    dtype: 'I32',
    shape: [1, WIDTH],
    data: bytesOf(new Int32Array(WIDTH)),
  } as const;
  await refused(file(integers), 'bad-model', 'dtype', 'got I32');
});

test('what is not finite, and what no prompt has room for, is refused', async () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const data = numbers(WIDTH);
    data[700] = number;
    await refused(file({ ...tensor('*', [1, WIDTH]), data: bytesOf(data) }), 'bad-model', 'finite');
  }
  assert.is((await opened(file(tensor('*', [75, WIDTH])))).vectors.length, 75);
  await refused(file(tensor('*', [76, WIDTH])), 'unsupported-model', 'at most 75 vectors', 'got 76');
});

test.run();
