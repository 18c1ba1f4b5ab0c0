/** A model in the form for NPUs with the host on the JVM: its graphs run there, what stands before them is computed here. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildHost } from '../../../../build/host/startHost';
import { psnr } from '../../../../models/quantize/quality/psnr';
import type { ImageRequest } from '../../../../workers/api';
import { connect } from '../../../../workers/backend/bridge/client';
import { nodeWasmBackend } from '../../../../workers/backend/ort.node';
import { hostedParts } from '../../../../workers/model.hosted';
import type { Parts } from '../../../../workers/openStage';
import { textToImage } from '../../../../workers/pipeline';
import { npuParts } from '../../../../workers/quantize/quantizedFolder.node';
import { never, quantizing } from '../../quantize/quantizing';
import { channelTo, hostOver } from './jvmHost';

const REQUEST: ImageRequest = {
  ...{ prompt: 'a red apple on a blue background', negativePrompt: '', seed: 1, steps: 3, guidanceScale: 7.5 },
  ...{ width: 48, height: 40, scheduler: 'ddim', numImages: 1, guidance: 'two-calls', memory: 'auto' },
};

await buildHost();
const { scratch, quantize, manifestIn } = await quantizing();
test.before(() => quantize('out', '--parts', '3'));
test.after(() => rm(scratch, { recursive: true, force: true }));

async function drawn(parts: Parts): Promise<Uint8Array> {
  for await (const event of textToImage(REQUEST, parts, never)) {
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'image') return event.picture.pixels;
  }
  throw new Error('no picture');
}

test('a picture that the host draws with it is the one that its graphs draw here: 50 dB and more', async () => {
  const folder = join(scratch, 'out');
  const host = await hostOver(folder);
  try {
    const client = await connect(await channelTo(host), never);
    const offered = client.status.models.find(({ form }) => form === 'npu')!;
    assert.is(offered.id, (await manifestIn('out')).id);
    assert.match(offered.id!, /^[0-9a-f]{64}$/);
    const there = await drawn(await hostedParts(client, offered, 'native-cpu'));
    client.close();
    const here = await drawn(await npuParts(folder, nodeWasmBackend()));
    assert.ok(new Set(here).size > 100, 'a picture of many tones');
    const decibels = psnr(there, here);
    assert.ok(decibels >= 50, `${decibels.toFixed(1)} dB`);
  } finally {
    await host.stop();
  }
});

test.run();
