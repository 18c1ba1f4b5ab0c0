import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { e4m3ToF16, e5m2ToF16 } from '../../models/float8';
import { f16ToF32 } from '../../models/half';
import { fromRoot } from '../root';

/** Of each byte its value as a binary16, null where it is NaN. */
const tables: Record<string, (number | null)[]> = JSON.parse(
  readFileSync(fromRoot('spec/vectors/float8.json'), 'utf8'),
);
const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

for (const [name, widen] of [
  ['F8_E4M3', e4m3ToF16],
  ['F8_E5M2', e5m2ToF16],
] as const) {
  test(`each of the 256 bytes of ${name} is the number that torch reads in it`, () => {
    const halves = widen(BYTES);
    const values = f16ToF32(halves);
    for (const [byte, expected] of tables[name]!.entries()) {
      if (expected === null) assert.ok(Number.isNaN(values[byte]), `${byte}`);
      else assert.is(halves[byte], expected, `${byte}`);
    }
  });
}

test('E4M3 ends at 448, without infinities; its smallest step is 2^-9', () => {
  assert.equal([...f16ToF32(e4m3ToF16(Uint8Array.of(0x7e, 0xfe, 0x01)))], [448, -448, 2 ** -9]);
});

test.run();
