/** Archives: what is written is read, the same twice, and damage is noticed. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readZip, writeZip } from '../../../build/apk/zip';
import { rejects } from '../../models/rejects';

const text = (words: string): Uint8Array => Buffer.from(words, 'utf8');
const FILES = new Map([
  ['b/漢.txt', text('many many many many many words')],
  ['a.png', Uint8Array.from({ length: 300 }, (_, index) => (index * 7) & 0xff)],
  ['empty', new Uint8Array()],
]);
const archive = (): Buffer => writeZip(FILES, (path) => path.endsWith('.png'));

test('what is written is read, in the order of the paths', () => {
  const entries = readZip(archive(), 'x');
  assert.equal(
    entries.map(({ path }) => path),
    ['a.png', 'b/漢.txt', 'empty'],
  );
  for (const { path, bytes } of entries) assert.equal(Buffer.from(bytes), Buffer.from(FILES.get(path)!), path);
  assert.is(entries[0]!.packedBytes, 300);
  assert.ok(entries[1]!.packedBytes < entries[1]!.bytes.length);
});

test('the same files give the same bytes, whatever their order', () => {
  assert.equal(
    archive(),
    writeZip(new Map([...FILES].reverse()), (path) => path.endsWith('.png')),
  );
});

test('the checksum is the one of the standard', () => {
  // ISO 3309's check value of "123456789", little-endian in the archive's directory.
  const bytes = writeZip(new Map([['n', text('123456789')]]), () => true);
  assert.ok(bytes.includes(Buffer.from([0x26, 0x39, 0xf4, 0xcb])));
});

test('what is no archive, and one that was cut short', async () => {
  await rejects(() => readZip(text('no archive'), 'x.aar'), 'bad-model', 'x.aar', 'a zip archive');
  const whole = archive();
  await rejects(() => readZip(whole.subarray(0, -1), 'x.aar'), 'bad-model', 'a zip archive');
  await rejects(() => readZip(whole.subarray(40), 'x.aar'), 'bad-model', 'x.aar');
});

test('a byte that is another is noticed, stored or deflated', async () => {
  for (const path of ['a.png', 'b/漢.txt']) {
    const whole = archive();
    const name = Buffer.from(path, 'utf8');
    const at = whole.indexOf(name) + name.length + 5;
    whole[at] = whole[at]! ^ 1;
    await rejects(() => readZip(whole, 'x.aar'), 'bad-model', `x.aar: ${path}`);
  }
});

test('a method of compression that nobody knows', async () => {
  const whole = archive();
  const directory = whole.readUInt32LE(whole.length - 6);
  whole.writeUInt16LE(12, directory + 10);
  await rejects(() => readZip(whole, 'x.aar'), 'bad-model', 'a.png', 'method 12');
});

test.run();
