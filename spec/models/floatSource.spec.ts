import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFloats } from '../../models/floatSource';
import { toF32 } from '../../models/floats';
import { openSafetensors } from '../../models/safetensors';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import { memorySource } from './memoryFolder';
import { rejects } from './rejects';

const bytes = (array: Float32Array | Float64Array): Uint8Array => new Uint8Array(array.buffer);
const open = async (...tensors: NamedTensor[]) =>
  withFloats(await openSafetensors(memorySource('file', encodeSafetensors(tensors))));

/** 1, -448 and 2^-9 in E4M3. */
const E4M3: NamedTensor = { name: 'a.weight', dtype: 'F8_E4M3', shape: [3], data: Uint8Array.of(0x38, 0xfe, 0x01) };

test('fp8 is shown as F16 of the same values, twice as long', async () => {
  const source = await open(E4M3, { ...E4M3, name: 'b.weight', dtype: 'F8_E5M2', data: Uint8Array.of(0x3c, 0xbc, 1) });
  assert.equal(source.info('a.weight'), { ...source.info('a.weight'), dtype: 'F16', shape: [3], bytes: 6 });
  assert.equal([...toF32('F16', await source.read('a.weight'))], [1, -448, 2 ** -9]);
  assert.equal([...toF32('F16', await source.read('b.weight'))], [1, -1, 2 ** -16]);
});

test('fp8 weights are multiplied by the scale beside them, under either name', async () => {
  const scale = { dtype: 'F32', shape: [], data: bytes(Float32Array.of(0.125)) } as const;
  for (const name of ['a.scale_weight', 'a.weight_scale']) {
    const source = await open(E4M3, { name, ...scale }, { name: 'a.scale_input', ...scale });
    assert.equal([...toF32('F16', await source.read('a.weight'))], [0.125, -56, 2 ** -12], name);
  }
  const perRow = await open(E4M3, { name: 'a.scale_weight', dtype: 'F32', shape: [2], data: new Uint8Array(8) });
  await rejects(() => perRow.read('a.weight'), 'unsupported-model', 'a.scale_weight', 'one number', '[2]');
});

test('rows are widened and scaled as the whole is', async () => {
  const scale = { name: 'a.scale_weight', dtype: 'F32', shape: [], data: bytes(Float32Array.of(0.125)) } as const;
  const fp8 = await open(E4M3, scale);
  assert.equal([...toF32('F16', await fp8.read('a.weight', { begin: 1, end: 3 }))], [-56, 2 ** -12]);
  const wide = { name: 'w', dtype: 'F64', shape: [3, 1], data: bytes(Float64Array.of(1, 2, 3)) } as const;
  assert.equal([...toF32('F32', await (await open(wide)).read('w', { begin: 2, end: 3 }))], [3]);
});

test('F64 is rounded to F32; everything else passes as it is', async () => {
  const wide = { name: 'w', dtype: 'F64', shape: [2], data: bytes(Float64Array.of(0.1, -(2 ** 40))) } as const;
  const ids = { name: 'ids', dtype: 'I64', shape: [1], data: new Uint8Array(8).fill(3) } as const;
  const source = await open(wide, ids);
  assert.equal(source.info('w')!.bytes, 8);
  assert.equal([...toF32('F32', await source.read('w'))], [Math.fround(0.1), -(2 ** 40)]);
  assert.is(source.info('ids')!.dtype, 'I64');
  assert.equal(await source.read('ids'), ids.data);
});

test.run();
