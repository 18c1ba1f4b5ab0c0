/** Weights that are packed once, and opened as often as there are pictures and passes. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { weightsInMemory } from '../../models/stageWeights';
import { keptOnce } from '../../workers/keptOnce';

async function* packed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test('what is kept is packed the first time only, and closed at the end', async () => {
  const log: string[] = [];
  const { keep, close } = keptOnce(async (stream, bytes) => {
    log.push(`packed ${bytes}`);
    for await (const all of stream) return { ...weightsInMemory(all), close: () => void log.push('closed') };
    throw new Error('nothing to keep');
  });
  for (const value of [7, 8]) {
    const weights = await keep(packed(Uint8Array.of(value, 1)), 2);
    assert.equal(weights.read(0, 2), Uint8Array.of(7, 1));
    weights.close();
  }
  assert.equal(log, ['packed 2']);
  await close();
  assert.equal(log, ['packed 2', 'closed']);
});

test('what is gone by then is packed anew', async () => {
  let sound = true;
  let packings = 0;
  const { keep } = keptOnce(async (stream) => {
    packings += 1;
    for await (const all of stream) return { ...weightsInMemory(all), sound: async () => sound };
    throw new Error('nothing to keep');
  });
  const first = async (value: number) => (await keep(packed(Uint8Array.of(value)), 1)).read(0, 1)[0];
  assert.equal([await first(7), await first(8), packings], [7, 7, 1]);
  sound = false;
  assert.equal([await first(9), packings], [9, 2]);
});

test('what could not be packed is tried anew', async () => {
  let tries = 0;
  const { keep } = keptOnce(async () => {
    tries += 1;
    if (tries === 1) throw new Error('stopped');
    return weightsInMemory(Uint8Array.of(1));
  });
  const first = await keep(packed(Uint8Array.of(1)), 1).catch((error: Error) => error.message);
  assert.is(first, 'stopped');
  assert.is((await keep(packed(Uint8Array.of(1)), 1)).bytes, 1);
});

test.run();
