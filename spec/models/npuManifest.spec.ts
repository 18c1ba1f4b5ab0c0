/** `npu.json`: what must stand in it, and who says so. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../build/bench/sd15Description';
import type { ErrorCode } from '../../models/errors';
import { qnnSegments } from '../../models/graph/qnn/qnnStage';
import { STAGE_NAMES } from '../../models/manifest';
import { NPU_CHIPS } from '../../models/npuChips';
import { NPU_FORMAT, NPU_VERSION, type NpuManifest, type NpuPort } from '../../models/npuManifest';
import { checkNpuManifest } from '../../models/npuManifestCheck';
import { networkPorts } from '../../models/npuPorts';
import { rejects } from './rejects';

const file = (path: string) => ({ path, bytes: 10, sha256: 'a'.repeat(64) });
const pixels = { width: 512, height: 768 };
const [, ...SIZED] = STAGE_NAMES;
const part = (name: string) => ({
  graph: file(`${name}.onnx`),
  weights: file(`${name}.weights`),
  context: `${name}.onnx`,
});
const middle: NpuPort = { name: 'down/out', dtype: 'float32', shape: [1, 320, 96, 64] };
const { inputs, outputs } = networkPorts(SD15, 'unet', pixels);
const manifest: NpuManifest = {
  format: NPU_FORMAT,
  version: NPU_VERSION,
  name: 'a model',
  precision: 'w8a16',
  made: 'gptq',
  description: SD15,
  tokenizer: { vocab: { a: 0, b: 49407 }, merges: '#version' },
  tokenTable: { ...file('token_table.bin'), bytes: 49408 * 768 * 2, dtype: 'F16' },
  contexts: { folder: 'contexts', chips: NPU_CHIPS },
  stages: [
    { stage: 'text_encoder', parts: [{ ...networkPorts(SD15, 'text_encoder', pixels), ...part('text') }] },
    {
      stage: 'unet',
      ...pixels,
      parts: [
        { inputs: inputs.slice(0, 2), outputs: [middle], ...part('unet.1') },
        { inputs: [middle, inputs[2]!], outputs, ...part('unet.2') },
      ],
    },
    ...SIZED.slice(1).map((stage) => {
      return { stage, ...pixels, parts: [{ ...networkPorts(SD15, stage, pixels), ...part(stage) }] };
    }),
  ],
};

/** A copy with `value` at `path`; `undefined` takes it away. */
function changed(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(manifest)) as unknown;
  const steps = path.split('/');
  const last = steps.pop()!;
  let at = copy as Record<string, unknown>;
  for (const step of steps) at = at[step] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

test('a manifest as it should be is what it was', () => {
  assert.is(checkNpuManifest(manifest), manifest);
});

test('what goes into a network and comes out is what its graph says, whole and in parts', () => {
  for (const stage of STAGE_NAMES) {
    const size = { batch: 1, height: 96, width: 64 };
    const expected = networkPorts(SD15, stage, pixels);
    const [whole] = qnnSegments(SD15, stage, size, 1);
    const port = (name: string): NpuPort => ({ name, dtype: 'float32', shape: whole!.shapes.get(name)! });
    const byName = (a: NpuPort, b: NpuPort): number => a.name.localeCompare(b.name);
    assert.equal(whole!.inputs.map(port).sort(byName), [...expected.inputs].sort(byName), stage);
    assert.equal(whole!.outputs.map(port), expected.outputs, stage);
  }
});

/** Every field is missed, and wants what it is: its path in the manifest, then what it must not be. */
const FIELDS: readonly (readonly [path: string, ...wrong: unknown[]])[] = [
  ['format', 'x'],
  ['version', 1, '2'],
  ['name', 3],
  ['precision', 'w2a2'],
  ['made', null],
  ['description/textEncoder', []],
  ['description/textEncoder/vocabSize', 0, 1.5],
  ['description/textEncoder/hiddenAct', 'relu'],
  ['description/unet/blockOutChannels', [], [320, 0], 320],
  ['description/unet/flipSinToCos', 'true'],
  ['description/unet/attentionHeads', [8, 8]],
  ['description/vae/scalingFactor', 0, '0.18'],
  ['description/scheduler/betaSchedule', 'cosine'],
  ['tokenizer/merges', 3],
  ['tokenizer/vocab', [], { a: 49408 }, { a: -1 }],
  ['tokenTable/path', '../x', '/etc/x', '..\\x', 'a//b', './x', 7],
  ['tokenTable/bytes', 2 ** 60, 10, '10'],
  ['tokenTable/sha256', 'z', 'A'.repeat(64)],
  ['tokenTable/dtype', 'I8'],
  ['contexts/folder', '../contexts', ''],
  ['contexts/chips', [], {}],
  ['contexts/chips/0/name', ''],
  ['contexts/chips/1/socModel', '57', 0],
  ['contexts/chips/2/htpArch', 7.3],
  ['stages', {}, []],
  ['stages/1/stage', 'refiner'],
  ['stages/1/width', 12.5, 0, 12, 'wide'],
  ['stages/1/height', -8],
  ['stages/1/parts', [], {}],
  ['stages/1/parts/0/inputs', [], ['sample']],
  ['stages/1/parts/0/inputs/0/name', 'latents', ''],
  ['stages/1/parts/0/inputs/0/dtype', 'float16'],
  ['stages/1/parts/0/inputs/0/shape', [1, 4, 96, 65], [], [1, 4, 96, '64']],
  ['stages/1/parts/0/outputs', [middle, middle], [inputs[0]]],
  ['stages/1/parts/1/outputs/0/name', 'nose'],
  ['stages/1/parts/1/graph/path', 'unet.1.onnx', '../x'],
  ['stages/1/parts/1/weights/bytes', 2 ** 31, 0],
  ['stages/1/parts/1/weights/sha256', 'a'.repeat(63)],
  ['stages/1/parts/1/context', '../x.onnx', 'x', '.onnx', 'unet.1.onnx'],
];

test('budgets may be told, and then whole', async () => {
  const budget = { stage: 'unet', fp32: 100, asked: 20, got: 22, least: 22 };
  const told = { ...manifest, budgets: [budget] };
  assert.is(checkNpuManifest(told) as unknown, told);
  for (const name of Object.keys(budget)) {
    const { [name as 'stage']: _, ...others } = budget;
    await rejects(() => checkNpuManifest({ ...manifest, budgets: [others] }), 'bad-model', `budgets.0.${name}`);
  }
  await rejects(() => checkNpuManifest({ ...manifest, budgets: {} }), 'bad-model', 'budgets', 'a list');
});

test('compiled graphs may be told, each of a part, at its place', async () => {
  const compiled = {
    ...{ context: 'unet.2.onnx', chip: 'SM8650', qairt: '2.51.0' },
    files: [file('contexts/SM8650/unet.2.onnx'), file('contexts/SM8650/unet.bin')],
  };
  const told = (value: unknown): unknown => ({ ...manifest, contexts: { ...manifest.contexts, compiled: value } });
  const sound = told([compiled]);
  assert.is(checkNpuManifest(sound) as unknown, sound);
  const wrong: readonly (readonly [value: unknown, ...words: string[]])[] = [
    [{}, 'a list'],
    [[{ ...compiled, context: 'unet.3.onnx' }], 'compiled.0.context'],
    [[{ ...compiled, chip: 'sm/8650' }], 'compiled.0.chip'],
    [[{ ...compiled, qairt: '2' }], 'compiled.0.qairt'],
    [[{ ...compiled, files: [] }], 'compiled.0.files'],
    [[{ ...compiled, files: [{ ...compiled.files[0], sha256: 'x' }] }], 'compiled.0.files.0.sha256'],
    [[{ ...compiled, files: compiled.files.toReversed() }], 'compiled.0.files.0.path', 'contexts/SM8650/unet.2.onnx'],
    [[{ ...compiled, files: [compiled.files[0], file('unet.bin')] }], 'compiled.0.files', 'files in contexts/SM8650/'],
    [[{ ...compiled, files: [compiled.files[0], file('contexts/SM8650/a/unet.bin')] }], 'compiled.0.files'],
    [[compiled, { ...compiled, qairt: '2.52.0' }], 'compiled.1', 'one of each part for each chip'],
  ];
  for (const [value, ...words] of wrong) await rejects(() => checkNpuManifest(told(value)), 'bad-model', ...words);
});

for (const [path, ...wrong] of FIELDS) {
  const code: ErrorCode = /^(format|version|precision)$/.test(path) ? 'unsupported-model' : 'bad-model';
  test(`${path}: nothing, ${wrong.map((value) => JSON.stringify(value)).join(', ')} are turned away with ${code}`, async () => {
    for (const value of [undefined, ...wrong]) {
      // A list without its field is another list: what is told may stand one step higher.
      await rejects(() => checkNpuManifest(changed(path, value)), code, 'npu.json', 'expected', 'got');
    }
  });
}

for (const [what, path, value, ...words] of [
  ['no object', '', undefined],
  ['a text encoder of one size', 'stages/0/width', 512, 'stages.0.width', 'every size', '512'],
  ['a network twice', 'stages/2/stage', 'unet', 'stages.2'],
  ['a size without one of its networks', 'stages', manifest.stages.slice(0, 3), 'vae_encoder for 512×768'],
  ['the hidden states that no part takes', 'stages/1/parts/1/inputs', [middle], 'encoder_hidden_states'],
  ['a part before what it takes', 'stages/1/parts', [...manifest.stages[1]!.parts].reverse(), 'down/out'],
] as const) {
  test(`${what} is told in words`, async () => {
    await rejects(() => checkNpuManifest(path === '' ? [] : changed(path, value)), 'bad-model', 'npu.json', ...words);
  });
}

test.run();
