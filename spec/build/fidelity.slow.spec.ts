/** Every picture of `npm run fidelity`. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fidelity, fidelityCases, LEAST_DECIBELS } from '../../build/fidelity';
import { fromRoot } from '../root';

for (const each of await fidelityCases(fromRoot('.'))) {
  test(`${each.name}: the picture is diffusers'`, async () => {
    for await (const { decibels } of fidelity([each], fromRoot('.'))) {
      assert.ok(decibels >= LEAST_DECIBELS, `${decibels.toFixed(1)} dB`);
    }
  });
}

test.run();
