/** Pictures from int8 weights, with every product in integers that a full-size model has, against exact ones. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { int8Pictures, int8Share, meanDecibels } from '../../build/bench/int8Pictures';
import { SD15 } from '../../build/bench/sd15Description';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { parametersOf } from '../../models/graph/parameters';
import { planTensors } from '../../models/pack';
import { planModel } from '../../models/planModel';
import { fromRoot } from '../root';

/** Another seed's picture is below 20 dB; one level of 255 everywhere is 48 dB. */
const LEAST_DECIBELS = 35;

test('a picture from int8 weights is that of the checkpoint’s own', async () => {
  const compared = [];
  for await (const one of int8Pictures(1, fromRoot('.'))) compared.push(one);
  assert.is(compared.length, 1);
  const mean = meanDecibels(compared);
  assert.ok(mean >= LEAST_DECIBELS && Number.isFinite(mean), JSON.stringify(compared));
});

test('98 of 100 bytes of the UNet are int8, in the demo model as in a full-size one', async () => {
  const demo = planModel(await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model'))), 'int8');
  const full = planTensors(parametersOf(SD15, 'unet'), () => 'F16', 'int8');
  for (const share of [int8Share(demo), int8Share({ stages: { unet: { tensors: full, bytes: 0 } } })]) {
    assert.ok(share >= 0.98 && share < 1, `${share}`);
  }
});

test.run();
