import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openTensors } from '../../models/openTensors';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import { memorySource } from './memoryFolder';
import { rejects } from './rejects';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const open = (bytes: Uint8Array, name = 'model.safetensors') => openTensors(memorySource(name, bytes));

const TENSOR = { name: 'x', dtype: 'F32', shape: [1], data: new Uint8Array(Float32Array.of(7).buffer) } as const;

test('a pickle is refused by its bytes, whatever its name, with the reason and the way out', async () => {
  const zip = latin1(`PK\x03\x04${'\0'.repeat(26)}archive/data.pkl`);
  for (const [bytes, what] of [
    [zip, 'a zip archive'],
    [latin1('\x80\x02}q\x00.\x80\x02\x8a\x0al\xfc\x9cF'), 'a pickle'],
    [latin1('\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07'), 'a pickle'],
    [latin1('\x80\x02}.'), 'a pickle'],
  ] as const) {
    for (const name of ['model.ckpt', 'renamed.safetensors']) {
      await rejects(() => open(bytes, name), 'bad-model', name, 'runs the code they contain', '.safetensors', what);
    }
  }
});

test('a header whose length begins like a pickle is no pickle', async () => {
  // 0x0280 bytes of header: its length is written 80 02 00 00 00 00 00 00.
  for (let padding = 0; ; padding++) {
    const bytes = encodeSafetensors([TENSOR], { note: ' '.repeat(padding) });
    if (bytes[0] !== 0x80 || bytes[1] !== 2) continue;
    assert.equal((await open(bytes)).names(), ['x']);
    break;
  }
});

test('GGUF, a Git LFS pointer and a page of the web are called what they are', async () => {
  await rejects(() => open(latin1('GGUF\x03\0\0\0')), 'unsupported-model', 'a GGUF file');
  const pointer = latin1('version https://git-lfs.github.com/spec/v1\noid sha256:00\n');
  await rejects(() => open(pointer), 'bad-model', 'a Git LFS pointer');
  await rejects(() => open(latin1('<!DOCTYPE html><html>404</html>')), 'bad-model', 'a web page');
});

test('a truncated file and one whose header claims 2^60 bytes are refused before anything is allocated', async () => {
  const lying = new Uint8Array(64);
  new DataView(lying.buffer).setBigUint64(0, 2n ** 60n, true);
  await rejects(() => open(lying), 'bad-model', 'header length', `${2n ** 60n}`);
  await rejects(() => open(encodeSafetensors([TENSOR]).slice(0, -1)), 'bad-model', 'x: data_offsets');
  await rejects(() => open(new Uint8Array()), 'bad-model', 'at least 8 bytes');
});

test.run();
