/** Changes whose rows depend on one another's, of a weight that is otherwise changed a part at a time: packed or read by rows, the same bits. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../../build/bench/sd15Description';
import type { Checkpoint } from '../../../models/checkpoint';
import { toF32 } from '../../../models/floats';
import { changedWeights } from '../../../models/lora/changedWeights';
import { type LoraChoice, loraChanges } from '../../../models/lora/changes';
import { withLoras } from '../../../models/lora/withLoras';
import { planTensors } from '../../../models/pack';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import { weightsInMemory } from '../../../models/stageWeights';
import type { TensorSource } from '../../../models/tensorSource';
import { memorySource } from '../memoryFolder';
import { uniform } from '../randomModel';
import { packedWeights } from '../runStage';

// 1.6 million numbers; a million are changed at a time.
const LAYER = 'mid_block.attentions.0.transformer_blocks.0.attn1.to_q';
const NAME = `${LAYER}.weight`;
const WIDTH = 1280;

const weight = uniform('whole', WIDTH * WIDTH, 0.1, 0);
const bytes = new Uint8Array(weight.buffer);
const sourceOf = (its: Uint8Array): TensorSource => ({
  name: 'wide',
  names: () => [NAME],
  info: (name) => (name === NAME ? { dtype: 'F32', shape: [WIDTH, WIDTH], bytes: its.length } : undefined),
  read: async (_, rows) => (rows ? its.subarray(4 * WIDTH * rows.begin, 4 * WIDTH * rows.end) : its),
});
const source = sourceOf(bytes);
const checkpoint = { description: SD15, weights: () => source } as unknown as Checkpoint;

const lora = (parts: Readonly<Record<string, readonly number[]>>): LoraChoice => {
  const tensors = Object.entries(parts).map(([part, shape]): NamedTensor => {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = uniform(part, count, 0.2, part === 'dora_scale' ? 1 : 0);
    const name = `lora_unet_${LAYER.replaceAll('.', '_')}.${part}`;
    return { name, dtype: 'F32', shape, data: new Uint8Array(values.buffer) };
  });
  return { source: memorySource('whole.safetensors', encodeSafetensors(tensors)), weight: 0.7 };
};
const KINDS = {
  'DoRA of inputs': { 'lora_down.weight': [2, WIDTH], 'lora_up.weight': [WIDTH, 2], dora_scale: [1, WIDTH] },
  OFT: { oft_blocks: [40, 32, 32] },
  BOFT: { oft_blocks: [2, 40, 32, 32] },
};

for (const [kind, parts] of Object.entries(KINDS))
  test(`${kind}: packed, whole, and row by row the weight comes out the same`, async () => {
    const loras = [lora(parts)];
    const merged = (await withLoras(checkpoint, loras)).weights('unet');
    const whole = (await merged.read(NAME)).slice();
    assert.ok(toF32('F32', whole).some((value, i) => Math.abs(value - weight[i]!) > 0.01));
    const [plan] = planTensors([{ name: NAME, shape: [WIDTH, WIDTH] }], () => 'F32', 'exact');
    const base = weightsInMemory(await packedWeights([plan!], source));
    const changed = await changedWeights(base, [plan!], (await loraChanges(SD15, loras)).of.unet);
    const expected = await packedWeights([plan!], sourceOf(whole));
    assert.ok(Buffer.compare(changed.read(0, base.bytes), expected) === 0);
    const rows = await (await withLoras(checkpoint, loras)).weights('unet').read(NAME, { begin: 900, end: 903 });
    assert.equal(rows, whole.subarray(4 * WIDTH * 900, 4 * WIDTH * 903));
  });

test.run();
