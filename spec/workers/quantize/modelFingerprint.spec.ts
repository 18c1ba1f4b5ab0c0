/** What was begun for one model is not gone on with for another: its files, its LoRAs' weights and what it predicts tell it. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../models/errors';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import { quantizeModel } from '../../../workers/quantize/quantizeModel.node';
import { describeRandomModel } from '../../models/randomModel';
import { quantizing } from './quantizing';

const { scratch, asked } = await quantizing();
test.after(() => rm(scratch, { recursive: true, force: true }));

const STOP = AbortSignal.abort(new CodedError('aborted', { argument: 'a', expected: 'b', got: 'c' }));

/** The folder that is worked in, which a stop leaves. */
async function workOf(...words: string[]): Promise<string> {
  const out = words.join('-').replaceAll(/[^\w.-]/g, '_') || 'plain';
  const stopped: unknown = await quantizeModel(asked(out, ...words), STOP).catch((thrown) => thrown);
  assert.is((stopped as CodedError).code, 'aborted', String(stopped));
  const [work, ...more] = await readdir(join(scratch, out));
  assert.ok(work?.startsWith('.work-') && more.length === 0, `${work} ${more}`);
  return work!;
}

test('LoRAs of other weights and another prediction are another model, what the model says itself is the same', async () => {
  const description = describeRandomModel('B');
  const width = description.unet.blockOutChannels.at(-1)!;
  const part = (name: string, ...shape: [number, number]) => ({
    ...{ name: `lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_v.lora_${name}.weight`, shape },
    ...{ dtype: 'F32' as const, data: new Uint8Array(4 * shape[0] * shape[1]) },
  });
  const lora = join(scratch, 'ink.safetensors');
  await writeFile(lora, encodeSafetensors([part('down', 2, width), part('up', width, 2)]));
  const plain = await workOf();
  const others = [
    ['--lora', lora],
    ['--lora', `${lora}:0.5`],
    ['--lora', `${lora}:0.5`, '--lora', lora],
    ['--prediction', 'v_prediction'],
  ];
  const works = [plain];
  for (const words of others) works.push(await workOf(...words));
  assert.is(new Set(works).size, 5);
  assert.is(description.scheduler.predictionType, 'epsilon');
  assert.is(await workOf('--prediction', 'epsilon'), plain);
  assert.is(await workOf('--lora', `${lora}:1`), works[1]);
});

test.run();
