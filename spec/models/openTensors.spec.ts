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
    [zip, 'a pickle in a zip archive'],
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

test('what is no safetensors file is called what it looks like', async () => {
  await rejects(() => open(latin1('GGUF\x03\0\0\0')), 'unsupported-model', 'a GGUF file');
  const pointer = latin1('version https://git-lfs.github.com/spec/v1\noid sha256:00\n');
  await rejects(() => open(pointer), 'bad-model', 'a Git LFS pointer');
  const model = 'model.safetensors: expected a safetensors file, got';
  for (const [bytes, what] of [
    ['<!DOCTYPE html><html>404</html>', 'a web page'],
    ['\r\n<html lang="en">', 'a web page'],
    ['\xef\xbb\xbf<!doctype html>', 'a web page'],
    ['{"error":"Repository not found"}', 'JSON that begins "{\\"error\\":\\"Reposi"'],
    // The ninth byte is that of a header; text it is all the same.
    ['abcdefgh{ijklmnopq', 'text that begins "abcdefgh{ijklmno"'],
    ['Not Found\n', 'text that begins "Not Found"'],
    ['', 'an empty file'],
    ['\0\0\0', 'a file of 3 bytes'],
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'bytes that begin 89 50 4e 47 0d 0a 1a 0a 00'],
  ] as const) {
    await rejects(() => open(latin1(bytes)), 'bad-model', `${model} ${what}`);
  }
});

test('a truncated file and one whose header claims 2^60 bytes are refused before anything is allocated', async () => {
  const lying = new Uint8Array(64);
  new DataView(lying.buffer).setBigUint64(0, 2n ** 60n, true);
  lying[8] = '{'.charCodeAt(0);
  await rejects(() => open(lying), 'bad-model', 'a safetensors file', `a header that claims ${2n ** 60n} bytes`);
  const whole = encodeSafetensors([TENSOR]);
  const size = whole.length;
  const cut = (bytes: number) => open(whole.slice(0, bytes));
  await rejects(() => cut(size - 1), 'bad-model', `${size} bytes`, `got ${size - 1} bytes: it is cut short`);
  await rejects(() => cut(20), 'bad-model', `at least ${size - 4} bytes`, 'got 20 bytes: it is cut short');
});

test.run();
