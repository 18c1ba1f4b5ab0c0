/**
 * The kernels in Chromium: what Node 20 cannot compute rightly, bytes multiplied four at a time, is there held against the same
 * operations one number at a time, on machines that have an instruction for it. Which those are the browser says itself.
 */

import { mkdir } from 'node:fs/promises';
import { build } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openBarePage } from '../../build/bench/cpu/chromium';
import { kernels } from '../../build/kernels.mjs';
import { median } from '../../models/quantize/report/numbers';
import { CASES } from '../workers/backend/int8/cases';
import { PASSES } from '../workers/backend/int8/together';
import type { Found } from './kernels.worker';

const FOLDER = 'dist/spec-kernels';

test('every form that this engine computes rightly with gives what one number at a time does', async () => {
  await mkdir(FOLDER, { recursive: true });
  await build({
    entryPoints: { kernels: 'spec/browser/kernels.worker.ts' },
    ...{ outdir: FOLDER, bundle: true, format: 'esm', target: 'chrome114', plugins: [kernels] },
  });
  const page = await openBarePage(FOLDER);
  try {
    const found = (await page.evaluate(`new Promise((resolve, reject) => {
      const worker = new Worker('kernels.js', { type: 'module' });
      worker.onmessage = ({ data }) => (data.failed ? reject(new Error(data.failed)) : resolve(data));
      worker.onerror = ({ message }) => reject(new Error(message));
    })`)) as Found[];
    console.log(`${await page.version()}: ${found.map(({ form, levels }) => `${form}, ${levels} levels`).join('; ')}`);
    assert.ok(found.some(({ form }) => form === 'words'));
    for (const { form, levels, qualities, attentions, unlike, passes, ...more } of found) {
      assert.is(Object.keys(qualities).length, new Set(CASES.map(([title]) => title)).size);
      for (const [title, quality] of Object.entries(qualities))
        assert.ok(quality > 70, `${form}: ${title}: ${quality.toFixed(1)} dB`);
      // As in Node: what its numbers lose.
      const least = form === 'words' ? 50 : levels === 255 ? 30 : 23;
      for (const quality of attentions) assert.ok(quality > least, `${form}: attention: ${quality.toFixed(1)} dB`);
      assert.equal([passes, unlike], [PASSES.length, []], `${form}: in one call and in two`);
      for (const [title, quality] of Object.entries(more.operations))
        assert.ok(quality > 65, `${form}: ${title}: ${quality.toFixed(1)} dB`);
      // Of few numbers a single one that is rounded to the other side is much; of most networks none is.
      for (const { title, near, far } of more.losses)
        assert.ok(
          near > Math.min(far + 3, 80),
          `${form}: ${title}: ${near.toFixed(1)} dB, ${far.toFixed(1)} by rounding`,
        );
      const nearer = median(more.losses.map(({ near, far }) => near - far));
      assert.ok(nearer > 15, `${form}: ${nearer.toFixed(1)} dB nearer`);
      assert.equal(more.different, [], `${form}: other bits`);
    }
  } finally {
    await page.close();
  }
});

test.run();
