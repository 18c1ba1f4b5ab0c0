import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openSafetensors } from '../../models/safetensors';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import { memorySource } from './memoryFolder';
import { rejects } from './rejects';

const TENSORS: readonly NamedTensor[] = [
  { name: 'a', dtype: 'F32', shape: [2, 3], data: Uint8Array.from({ length: 24 }, (_, i) => i) },
  { name: 'empty', dtype: 'F16', shape: [0, 7], data: new Uint8Array(0) },
  { name: '__proto__', dtype: 'U8', shape: [5], data: Uint8Array.of(1, 2, 3, 4, 5) },
  { name: 'scalar', dtype: 'BF16', shape: [], data: Uint8Array.of(0x80, 0x3f) },
];

/** A file with this text for a header and `dataBytes` zeros behind it. */
function withHeader(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const open = (bytes: Uint8Array) => openSafetensors(memorySource('x.safetensors', bytes));
const entry = (begin: number, end: number, dtype: unknown = 'U8', shape: unknown = [end - begin]) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test('decoding gives back what was encoded, metadata included', async () => {
  const file = await open(encodeSafetensors(TENSORS, { format: 'pt' }));
  assert.equal([...file.metadata], [['format', 'pt']]);
  assert.equal(
    file.names(),
    TENSORS.map(({ name }) => name),
  );
  for (const { name, dtype, shape, data } of TENSORS) {
    const info = file.info(name)!;
    assert.equal([info.dtype, info.shape, info.bytes], [dtype, shape, data.length], name);
    assert.equal(await file.read(name), data, name);
  }
});

test('tensors begin at a multiple of 8 bytes, however long the header is', () => {
  for (let length = 1; length <= 8; length++) {
    const bytes = encodeSafetensors([{ ...TENSORS[0]!, name: 'a'.repeat(length) }]);
    assert.is(new DataView(bytes.buffer).getBigUint64(0, true) % 8n, 0n);
  }
});

test('opening reads the header and nothing else; a tensor reads its own bytes', async () => {
  const bytes = encodeSafetensors(TENSORS);
  const source = memorySource('x', bytes);
  const reads: [number, number][] = [];
  const watched = {
    ...source,
    read(start: number, end: number) {
      reads.push([start, end]);
      return source.read(start, end);
    },
  };
  const file = await openSafetensors(watched);
  const data = bytes.length - 31;
  assert.equal(reads, [
    [0, 8],
    [8, data],
  ]);
  await file.read('__proto__');
  assert.equal(reads[2], [data + 24, data + 29]);
});

test('rows are read alone, of any axes behind them', async () => {
  const data = Uint8Array.from({ length: 24 }, (_, i) => i);
  const bytes = encodeSafetensors([{ name: 'a', dtype: 'F16', shape: [4, 3], data }]);
  const source = memorySource('x', bytes);
  const reads: number[] = [];
  const file = await openSafetensors({
    ...source,
    read(start, end) {
      reads.push(end - start);
      return source.read(start, end);
    },
  });
  assert.equal(await file.read('a', { begin: 1, end: 3 }), data.slice(6, 18));
  assert.is(reads.at(-1), 12);
});

test('a tensor that is not there is named', async () => {
  const file = await open(encodeSafetensors(TENSORS));
  await rejects(() => file.read('b'), 'bad-model', 'x.safetensors: b');
});

test('a file shorter than its length prefix', () => rejects(() => open(new Uint8Array(7)), 'bad-model', 'got 7 bytes'));

test('a header length that lies', async () => {
  const file = encodeSafetensors(TENSORS);
  new DataView(file.buffer).setBigUint64(0, BigInt(file.length), true);
  const least = `at least ${file.length + 8} bytes`;
  await rejects(() => open(file), 'bad-model', least, `got ${file.length} bytes: it is cut short`);
  new DataView(file.buffer).setBigUint64(0, 2n ** 64n - 1n, true);
  await rejects(() => open(file), 'bad-model', 'at most 100000000', '18446744073709551615');
});

test('a file cut anywhere, or with a byte too many, is refused', async () => {
  const file = encodeSafetensors(TENSORS);
  for (let length = 0; length < file.length; length++) {
    await rejects(() => open(file.slice(0, length)), 'bad-model', 'x.safetensors');
  }
  const longer = new Uint8Array(file.length + 1);
  longer.set(file);
  await rejects(
    () => open(longer),
    'bad-model',
    'where the last tensor ends',
    `${file.length}`,
    `got ${file.length + 1}`,
  );
});

const DAMAGE: readonly [sentence: string, header: unknown, dataBytes: number, ...words: string[]][] = [
  ['not JSON', '{"a": ', 0, 'expected JSON, got text that ends too early'],
  ['not an object', '[1]', 0, 'a JSON object', '[1]'],
  [
    'a repeated name',
    '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}',
    1,
    'each name once',
    '2 names',
  ],
  ['metadata that is no text', { __metadata__: { n: 3 } }, 0, '__metadata__.n', 'a string', 'got 3'],
  ['an entry that is no object', { a: null }, 0, 'a: dtype', 'got nothing'],
  ['an unknown dtype', { a: entry(0, 1, 'F7') }, 1, 'a: dtype', '"F7"'],
  ['a dtype from the prototype', { a: entry(0, 1, 'toString') }, 1, 'a: dtype', '"toString"'],
  ['a shape that is no list', { a: entry(0, 1, 'U8', 1) }, 1, 'a: shape'],
  ['a negative size', { a: entry(0, 1, 'U8', [-1, -1]) }, 1, 'a: shape', '[-1,-1]'],
  ['a size that is no integer', { a: entry(0, 1, 'U8', [0.5, 2]) }, 1, 'a: shape', '[0.5,2]'],
  ['a product beyond 2^53', { a: entry(0, 1, 'U8', [2 ** 52, 2 ** 52]) }, 1, 'product is below 2^53'],
  [
    'a product that wraps around 2^64 to the right number',
    { a: entry(0, 4, 'U8', [2 ** 32, 2 ** 32, 4]) },
    4,
    'product',
  ],
  ['offsets that are no pair', { a: { dtype: 'U8', shape: [1], data_offsets: [0] } }, 1, 'data_offsets', '[0]'],
  ['an end before its begin', { a: entry(1, 0, 'U8', [0]) }, 1, 'data_offsets', '[1,0]'],
  ['an end beyond the file', { a: entry(0, 2) }, 1, '63 bytes', 'got 62 bytes: it is cut short'],
  ['a negative begin', { a: entry(-1, 1, 'U8', [2]) }, 1, 'data_offsets', '[-1,1]'],
  ['bytes that do not fit the shape', { a: entry(0, 8, 'F32', [3]) }, 8, '12 bytes for F32 [3]', 'got 8'],
  ['half a byte of a 4-bit type', { a: entry(0, 1, 'F4', [3]) }, 1, '1.5 bytes', 'got 1'],
  ['overlap', { a: entry(0, 3), b: entry(2, 4) }, 4, 'b: data_offsets', 'no overlap: begin 3', 'got 2'],
  ['the same bytes twice', { a: entry(0, 4), b: entry(0, 4) }, 4, 'no overlap'],
  ['a hole', { a: entry(0, 1), b: entry(2, 4) }, 4, 'b: data_offsets', 'no hole: begin 1', 'got 2'],
  ['data before the first tensor', { a: entry(1, 2) }, 2, 'no hole: begin 0'],
  ['data behind the last tensor', { a: entry(0, 1) }, 2, 'size', 'where the last tensor ends'],
];
for (const [sentence, header, dataBytes, ...words] of DAMAGE) {
  test(`refuses ${sentence}`, () => rejects(() => open(withHeader(header, dataBytes)), 'bad-model', ...words));
}

test('entries may stand in another order than their bytes', async () => {
  const file = await open(withHeader({ late: entry(3, 4), early: entry(0, 3) }, 4));
  assert.is((await file.read('late')).length, 1);
});

test('a writer handed too few bytes refuses', () =>
  rejects(
    () => encodeSafetensors([{ name: 'a', dtype: 'F32', shape: [3], data: new Uint8Array(8) }]),
    'bad-argument',
    'a: expected 12 bytes, got 8',
  ));

test.run();
