/** `npu.json`: what must stand in it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkNpuManifest, NPU_FORMAT, NPU_VERSION } from '../../models/npuManifest';
import { rejects } from './rejects';

const file = (path: string) => ({ path, bytes: 10, sha256: 'a'.repeat(64) });
const stage = {
  stage: 'unet',
  width: 512,
  height: 768,
  inputs: ['sample'],
  outputs: ['noise'],
  graph: file('512x768/unet.onnx'),
  weights: file('512x768/unet.weights'),
};
const manifest = {
  format: NPU_FORMAT,
  version: NPU_VERSION,
  name: 'a model',
  precision: 'w8a16',
  made: 'gptq',
  description: {},
  tokenizer: {},
  tokenTable: { ...file('token_table.bin'), dtype: 'F16' },
  stages: [stage],
};

test('a manifest as it should be is what it was', () => {
  assert.is(checkNpuManifest(manifest) as unknown, manifest);
});

for (const [what, change, code, ...words] of [
  ['no object', [], 'bad-model', 'npu.json'],
  ['another format', { ...manifest, format: 'x' }, 'unsupported-model', 'format', 'x'],
  ['a later version', { ...manifest, version: 2 }, 'unsupported-model', 'version', '2'],
  ['an unknown precision', { ...manifest, precision: 'w2a2' }, 'unsupported-model', 'w2a2'],
  ['no table of tokens', { ...manifest, tokenTable: undefined }, 'bad-model', 'tokenTable'],
  ['a table in integers', { ...manifest, tokenTable: { ...file('t'), dtype: 'I8' } }, 'bad-model', 'dtype', 'I8'],
  ['no stages', { ...manifest, stages: {} }, 'bad-model', 'stages'],
  ['an unknown stage', { ...manifest, stages: [{ ...stage, stage: 'refiner' }] }, 'bad-model', 'refiner'],
  ['half pixels', { ...manifest, stages: [{ ...stage, width: 12.5 }] }, 'bad-model', 'width', '12.5'],
  ['no names', { ...manifest, stages: [{ ...stage, inputs: [1] }] }, 'bad-model', 'inputs'],
  ['a path upwards', { ...manifest, stages: [{ ...stage, graph: file('../x') }] }, 'bad-model', 'graph.path', '../x'],
  ['an absolute path', { ...manifest, stages: [{ ...stage, graph: file('/etc/x') }] }, 'bad-model', 'graph.path'],
  ['a backslash', { ...manifest, stages: [{ ...stage, weights: file('..\\x') }] }, 'bad-model', 'weights.path'],
  ['2^60 bytes', { ...manifest, tokenTable: { ...file('t'), bytes: 2 ** 60, dtype: 'F16' } }, 'bad-model', 'bytes'],
  [
    'no hash',
    { ...manifest, stages: [{ ...stage, weights: { ...file('x'), sha256: 'z' } }] },
    'bad-model',
    'sha256',
    '64 digits',
  ],
] as const) {
  test(`${what} is turned away with ${code}`, () => rejects(() => checkNpuManifest(change), code, ...words));
}

test.run();
