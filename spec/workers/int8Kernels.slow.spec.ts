/**
 * The quality of our own kernels by whole pictures: as on machines that multiply words, and as on those that multiply bytes. Weights
 * are those of `npm run quantize`; rounded to nearest, they alone cost one of the four pictures more than is asserted of it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { int8Pictures, int8Share, meanDecibels } from '../../build/bench/int8Pictures';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { WORDS, wordsOf } from '../../workers/backend/int8/numbers';
import { main as quantize } from '../../workers/quantize/command.node';
import { fromRoot } from '../root';

const folder = await mkdtemp(join(tmpdir(), 'pocket-diffusion-'));
const quantized = join(folder, 'demo');

test.before(async () => assert.is(await quantize(['demo', '--format', 'w8', '--out', quantized]), 0));
test.after(() => rm(folder, { recursive: true, force: true }));

for (const [name, numbers] of Object.entries({ 'sixteen bits': WORDS, 'eight bits': wordsOf(255) })) {
  test(`four pictures by wasm-int8 with activations of ${name} are at 32 dB from the exact ones on the mean, at 26 each`, async () => {
    const computing = await nodeInt8Backend({ form: 'words', numbers });
    const compared = [];
    for await (const one of int8Pictures(4, fromRoot('.'), { computing, quantized })) compared.push(one);
    console.log(name, compared.map(({ decibels }) => decibels.toFixed(1)).join(', '));
    assert.is(compared.length, 4);
    assert.ok(meanDecibels(compared) >= 32, JSON.stringify(compared));
    assert.ok(Math.min(...compared.map(({ decibels }) => decibels)) >= 26, JSON.stringify(compared));
  });
}

test('98 % of the bytes of the UNet are int8 weights and their scales', async () => {
  const checkpoint = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
  const share = int8Share(planModel(checkpoint, 'int8'));
  console.log(`${(100 * share).toFixed(2)} %`);
  assert.ok(share >= 0.98, `${share}`);
});

test.run();
