/** A stage in parts: their taps are those of the whole, so that ranges measured part by part serve either. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { qnnSegments, qnnStage } from '../../../models/graph/qnn/qnnStage';
import { randomModel } from '../randomModel';

const { description } = await openDiffusersFolder(await randomModel('A'));
const size = { batch: 1, height: 7, width: 10 };

for (const linear of ['conv', 'matmul'] as const) {
  const whole = qnnStage(description, 'unet', size, linear);

  for (const count of [2, 3, 5, 8, 13]) {
    test(`the taps of ${count} parts are those of the whole, linear layers as ${linear}`, () => {
      const parts = qnnSegments(description, 'unet', size, count, linear);
      assert.ok(parts.length > count / 2, `${parts.length} parts`);
      const taps = new Set(parts.flatMap((part) => [...part.taps.keys()]));
      assert.equal([...taps].sort(), [...whole.taps.keys()].sort());
    });
  }
}

test.run();
