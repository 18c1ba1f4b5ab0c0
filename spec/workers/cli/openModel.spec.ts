/** What makes a conversion another one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mergedInto } from '../../../workers/cli/openModel';
import { memorySource } from '../../models/memoryFolder';

test('LoRAs go into conversions to integers alone, and those of weight 0 into none', () => {
  const lora = (name: string, weight: number, textEncoderWeight?: number) => ({
    ...{ name, weight, source: memorySource(name, new Uint8Array()) },
    ...(textEncoderWeight === undefined ? {} : { textEncoderWeight }),
  });
  const loras = [lora('ink', 0), lora('clay', 0.5), lora('wash', 0, 0.5), lora('mud', 1, 0), lora('off', 0, 0)];
  for (const form of ['int8', 'int4'] as const)
    assert.equal(
      mergedInto(form, loras).map(({ name }) => name),
      ['clay', 'wash', 'mud'],
    );
  for (const form of ['exact', 'fp16'] as const) assert.equal(mergedInto(form, loras), []);
});

test.run();
