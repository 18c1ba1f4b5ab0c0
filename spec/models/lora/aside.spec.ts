/** What is put aside for a second opening: there whole, or made again. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../models/errors';
import { type Aside, PutAside } from '../../../models/lora/aside';
import { onDisk } from '../../../models/lora/aside.node';

test('it comes back at once and later, byte for byte; of what was never put there nothing is known', async () => {
  const aside = onDisk();
  const kept = new PutAside(aside);
  kept.put('a', Uint8Array.of(1, 2, 3));
  kept.put('b', Uint8Array.of(4));
  assert.equal([await kept.has(['a', 'b']), await kept.has(['a', 'c'])], [true, false]);
  assert.equal([kept.get('a')!.now!(), await kept.get('b')!.later()], [Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
  aside.close();
});

test('a full disk is no error: nothing more goes there, and what is there stays', async () => {
  let room = 1;
  const aside: Aside = {
    put(bytes) {
      if (room-- < 1)
        throw new CodedError('storage-full', { argument: 'changed weights', expected: 'room', got: 'a full disk' });
      return { later: async () => bytes, now: () => bytes };
    },
    close: () => undefined,
  };
  const kept = new PutAside(aside);
  for (const name of ['a', 'b', 'c']) kept.put(name, Uint8Array.of(1));
  assert.equal([await kept.has(['a']), await kept.has(['b'])], [true, false]);
  assert.is(room, -1);
  const broken = {
    put: () => {
      throw new Error('broken');
    },
    close: () => undefined,
  };
  assert.throws(() => new PutAside(broken).put('a', Uint8Array.of(1)), 'broken');
});

test('what cannot be read at once, or is gone since, is made again', async () => {
  const later = async () => Uint8Array.of(1);
  const gone = new PutAside({
    put: () => ({ later, now: () => Uint8Array.of(1), sound: async () => false }),
    close: () => undefined,
  });
  const slow = new PutAside({ put: () => ({ later }), close: () => undefined });
  for (const kept of [gone, slow]) {
    kept.put('a', Uint8Array.of(1));
    assert.is(await kept.has(['a']), false);
  }
});

test.run();
