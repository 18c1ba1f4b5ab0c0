/** What makes a conversion another one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mergedInto, withFiles } from '../../../workers/cli/openModel';
import { fingerprint } from '../../../workers/fingerprint';
import { memoryFolder, memorySource } from '../../models/memoryFolder';

const lora = (name: string, weight: number, textEncoderWeight?: number) => ({
  ...{ name, weight, source: memorySource(name, new Uint8Array()) },
  ...(textEncoderWeight === undefined ? {} : { textEncoderWeight }),
});

test('LoRAs go into conversions to integers alone, and those of weight 0 into none', () => {
  const loras = [lora('ink', 0), lora('clay', 0.5), lora('wash', 0, 0.5), lora('mud', 1, 0), lora('off', 0, 0)];
  for (const form of ['int8', 'int4'] as const)
    assert.equal(
      mergedInto(form, loras).map(({ name }) => name),
      ['clay', 'wash', 'mud'],
    );
  for (const form of ['exact', 'fp16'] as const) assert.equal(mergedInto(form, loras), []);
});

test('a LoRA by another weight, of the text encoder too, or in another turn, is another conversion', async () => {
  const model = memoryFolder(new Map([['unet', Uint8Array.of(1)]]));
  const [ink, clay] = [lora('ink', 0.5), lora('clay', 1)];
  const merged = [[], [ink], [lora('ink', 0.7)], [lora('ink', 0.5, 0.7)], [ink, clay], [clay, ink]];
  const known = (loras: (typeof merged)[number]) => fingerprint(withFiles(model, loras));
  const prints = await Promise.all(merged.map(known));
  assert.is(new Set(prints).size, merged.length);
  assert.is(await known([lora('ink', 0.5, 0.5)]), prints[1], 'the same for both networks');
});

test.run();
