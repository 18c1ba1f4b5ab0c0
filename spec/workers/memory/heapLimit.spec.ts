/** How much heap there is, found by asking. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heapLimit } from '../../../workers/memory/heapLimit';

const MIB = 1024 * 1024;

/** A device that reserves at most `reservable` and commits at most `committable` bytes. */
const device = (reservable: number, committable: number) => (maximumPages: number) => {
  if (maximumPages * 65536 > reservable) throw new RangeError('could not allocate memory');
  let pages = 0;
  return {
    grow(more: number) {
      if ((pages + more) * 65536 > committable) throw new RangeError('failed to grow memory');
      pages += more;
      return pages - more;
    },
  };
};

test('this machine gives the whole of what 32-bit addresses reach', () => {
  assert.is(heapLimit(), 4096 * MIB);
});

test('a device that gives no more than 500 MB is found out, rounded down to 128 MiB', () => {
  assert.is(heapLimit(device(4096 * MIB, 500 * MIB)), 384 * MIB);
});

test('a device that reserves less address space is asked for less', () => {
  assert.is(heapLimit(device(1000 * MIB, 4096 * MIB)), 896 * MIB);
  assert.is(heapLimit(device(0, 0)), 0);
});

test('anything but a refusal is an error', () => {
  assert.throws(() =>
    heapLimit(() => {
      throw new TypeError('no such thing');
    }),
  );
});

test.run();
