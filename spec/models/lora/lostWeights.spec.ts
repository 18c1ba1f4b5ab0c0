/** Weights that LoRAs change, streamed and opened again: put aside once, and made anew where what was put aside is gone. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { CodedError } from '../../../models/errors';
import { type Aside, PutAside } from '../../../models/lora/aside';
import { changedWeights } from '../../../models/lora/changedWeights';
import { loraChanges } from '../../../models/lora/changes';
import { planStage } from '../../../models/pack';
import type { StageWeights } from '../../../models/stage';
import { weightsInMemory } from '../../../models/stageWeights';
import { memorySource } from '../memoryFolder';
import { randomModel } from '../randomModel';
import { packedWeights } from '../runStage';
import { loraFile, loraTensors, NAMINGS } from './randomLora';

function onDiskThatIsFull(): never {
  throw new CodedError('storage-full', { argument: 'changed weights', expected: 'room', got: 'a full disk' });
}

/** A browser's hands, which may let go of what they hold. */
function losable() {
  const held: { bytes: Uint8Array | undefined }[] = [];
  const aside: Aside = {
    put(given) {
      const place: (typeof held)[number] = { bytes: given.slice() };
      held.push(place);
      const now = (): Uint8Array => {
        if (place.bytes) return place.bytes;
        throw new DOMException('The blob is gone.', 'NotReadableError');
      };
      return { now, later: async () => now(), sound: async () => place.bytes !== undefined };
    },
    close: () => undefined,
  };
  const lose = (): void => {
    for (const place of held) place.bytes = undefined;
  };
  return { aside, held, lose };
}

test('streamed and opened again, a changed weight is put aside once; what is gone between two steps is changed anew', async () => {
  const { description, weights: source } = await openDiffusersFolder(await randomModel('A'));
  const stored = planStage(description, 'unet', source('unet'), 'int8');
  const bytes = await packedWeights(stored, source('unet'));
  const lora = memorySource('ink.safetensors', loraFile(loraTensors(description, 'ink', NAMINGS.kohya!, 3)));
  const { of } = await loraChanges(description, [{ source: lora, weight: 0.8 }]);
  const changed = await changedWeights(weightsInMemory(bytes), stored, of.unet);
  const whole = changed.read(0, bytes.length).slice();
  assert.not.equal(whole, bytes);
  const tensors = stored.filter(({ name }) => of.unet.has(name.replace(/\/[a-z]+$/, ''))).length;
  const [first, once, twice] = [losable(), losable(), losable()];
  const again = new PutAside(first.aside);
  const streamed = (aside: Aside) => changedWeights(weightsInMemory(bytes), stored, of.unet, { aside, again });
  const step = async (weights: StageWeights): Promise<void> => {
    await weights.prepare!(stored);
    for (const { name, offset, bytes } of stored) {
      const read = weights.read(offset, offset + bytes);
      assert.ok(Buffer.compare(read, whole.subarray(offset, offset + bytes)) === 0, name);
    }
  };
  const opened = await streamed(once.aside);
  for (let i = 0; i < 2; i++) await step(opened);
  opened.close();
  assert.equal([first.held.length, once.held.length], [tensors, 0]);
  const anew = await streamed(twice.aside);
  await step(anew);
  assert.is(first.held.length, tensors);
  first.lose();
  for (let i = 0; i < 2; i++) await step(anew);
  assert.equal([first.held.length, twice.held.length], [2 * tensors, 0]);
  // Where there is no room for what is opened again, there may be for what is streamed.
  const full: Aside = { ...first.aside, put: () => onDiskThatIsFull() };
  const alone = losable();
  const last = await changedWeights(weightsInMemory(bytes), stored, of.unet, {
    ...{ aside: alone.aside, again: new PutAside(full) },
  });
  for (let i = 0; i < 2; i++) await step(last);
  assert.is(alone.held.length, tensors);
});

test.run();
