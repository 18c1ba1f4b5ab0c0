import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sd15Entries } from '../../../build/bench/sd15Checkpoint';
import { pairsOf } from '../../models/singleFile/smallModel';

test('the file has exactly the tensors of Stable Diffusion 1.5 in LDM naming, 1.07 billion numbers in all', () => {
  const entries = sd15Entries();
  const written = entries.map(({ name, shape }) => `${name} ${shape}`).sort();
  const expected = pairsOf('full')
    .map(({ ldm, shape }) => `${ldm} ${shape}`)
    .sort();
  assert.equal(written, expected);
  // 859,520,964 of the UNet, 123,060,480 of the text encoder, 83,653,863 of the VAE.
  assert.is(
    entries.reduce((sum, { count }) => sum + count, 0),
    1_066_235_307,
  );
});

test.run();
