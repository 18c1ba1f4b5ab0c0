/** FreeU on its way from a request to the UNet: what is opened with it, what is refused, and pictures of our own kernels. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder, fileSource } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import { psnr } from '../../models/quantize/quality/psnr';
import { openSafetensors } from '../../models/safetensors';
import type { StageSize } from '../../models/stage';
import type { ImageRequest, Picture } from '../../workers/api';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { readPng } from '../../workers/cli/png';
import { int8Plan } from '../../workers/memory/int8Plan';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Parts } from '../../workers/openStage';
import { textToImage } from '../../workers/pipeline';
import { checkRequest, DEFAULTS } from '../../workers/request';
import { fromRoot } from '../root';
import { type Answer, fakeParts, plainAnswer } from './fakeParts';
import { ROOMY } from './memory/fullSize';
import { refusal } from './refusal';

const REQUEST: ImageRequest = {
  ...DEFAULTS,
  prompt: 'a cat',
  seed: 7,
  steps: 2,
  width: 64,
  height: 72,
  scheduler: 'euler',
};

async function drawn(request: ImageRequest, parts: Parts): Promise<Picture> {
  for await (const event of textToImage(request, parts, new AbortController().signal)) {
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'image') return event.picture;
  }
  throw new Error('no picture');
}

test('the UNet alone is opened with it, in both of two passes', async () => {
  const sizes = new Map<string, StageSize[]>();
  const spying: Answer = (stage, inputs, size) => {
    sizes.set(stage, [...(sizes.get(stage) ?? []), size]);
    return plainAnswer(stage, inputs, size);
  };
  const freeu = [1.5, 1.6, 0.9, 0.2] as const;
  await drawn({ ...REQUEST, freeu, hiresScale: 1.5 }, fakeParts(spying));
  const unets = sizes.get('unet')!;
  assert.equal([...new Set(unets.map(({ height }) => height))], [9, 13]);
  for (const size of unets) assert.equal(size.freeu, [...freeu]);
  for (const stage of ['text_encoder', 'vae_decoder'])
    for (const size of sizes.get(stage)!) assert.is(size.freeu, undefined, stage);
});

test('factors that are no four numbers above 0 are refused', async () => {
  for (const freeu of [
    [1, 1, 1, 0],
    [1, 1, 1, 4.5],
    [1, 1, 1],
    [1, 1, 1, Number.NaN],
  ]) {
    const checked = Promise.resolve().then(() => checkRequest({ ...REQUEST, freeu: freeu as never }));
    const said = `bad-argument: freeu: expected four numbers above 0, up to 4, got ${freeu.join(',')}`;
    assert.is(await refusal(checked), said);
  }
});

const checkpoint = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const manifest = planModel(checkpoint, 'int8');

test("our own kernels' picture with it is diffusers' nearly, and without it is another", async () => {
  const cases = JSON.parse(readFileSync(fromRoot('spec/vectors/fidelity-freeu.json'), 'utf8')) as (ImageRequest & {
    readonly name: string;
  })[];
  const references = await openSafetensors(await fileSource(fromRoot('spec/vectors/fidelity-freeu.safetensors')));
  const parts = { model: checkpointModel(checkpoint, manifest), backend: await nodeInt8Backend() };
  const { name, freeu, ...asked } = cases.find(({ guidanceScale }) => guidanceScale === 1)!;
  const reference = readPng(await references.read(name)).pixels;
  const [with_, without] = [
    await drawn({ ...DEFAULTS, ...asked, freeu: freeu! }, parts),
    await drawn({ ...DEFAULTS, ...asked }, parts),
  ].map(({ pixels }) => psnr(pixels, reference));
  assert.ok(with_! > 30, `${with_!.toFixed(1)} dB`);
  assert.ok(without! < with_! - 6, `${without!.toFixed(1)} dB without`);
});

test('what it takes of memory is planned', () => {
  const size = { width: 256, height: 256 };
  const plain = int8Plan(manifest, size, ROOMY, 1).peakBytes;
  const freed = int8Plan(manifest, { ...size, freeu: [1.5, 1.6, 0.9, 0.2] }, ROOMY, 1).peakBytes;
  assert.ok(freed >= plain && freed < 1.1 * plain, `${freed} and ${plain}`);
});

test.run();
