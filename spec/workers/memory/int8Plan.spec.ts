/** How a drawing is made on our own kernels where there is room, and where there is not: as it is said before, and as it is allocated. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { diskFolder } from '../../../models/folder.node';
import type { Manifest } from '../../../models/manifest';
import { planModel } from '../../../models/planModel';
import type { StageName } from '../../../models/stage';
import type { ImageRequest } from '../../../workers/api';
import { assemble, networkOf } from '../../../workers/backend/int8/assemble';
import { nodeInt8Backend } from '../../../workers/backend/int8/int8.node';
import { WORDS } from '../../../workers/backend/int8/numbers';
import { LOW_HEAP_BYTES } from '../../../workers/memory/course';
import type { Planned } from '../../../workers/memory/drawingPlan';
import { int8Bytes, int8Heap } from '../../../workers/memory/int8Bytes';
import { forecastInt8, int8Plan } from '../../../workers/memory/int8Plan';
import { networkKey } from '../../../workers/memory/networkKey';
import { checkpointModel } from '../../../workers/model.checkpoint';
import { textToImage } from '../../../workers/pipeline';
import { DEFAULTS } from '../../../workers/request';
import { tileSize } from '../../../workers/tiles';
import { fromRoot } from '../../root';
import { fullSize, NATIVE, ROOMY, SMALL } from './fullSize';

const int8 = planModel(fullSize, 'int8');
const THREADS = 2;
const LARGE = { width: 1024, height: 1024 };

const bytesOf = (stage: StageName, { width, height }: Planned, batch = 1, tile?: number): number => {
  const { description, stages } = int8;
  const size = tileSize({ batch, height: height / 8, width: width / 8 }, tile);
  return int8Bytes({ description, stage, size, tensors: stages[stage].tensors }, THREADS);
};

/** In short: calls, and the decoder's tile. */
function planned(asked: Planned, heapBytes = ROOMY.heapBytes) {
  const { guidance, courses, peakBytes } = int8Plan(int8, asked, { heapBytes }, THREADS);
  return [guidance, courses.vae_decoder.tile, peakBytes] as const;
}

test('a guided picture of a full-size model takes no more than 1.3 GB at 512 pixels, 1.1 GB at 256', () => {
  for (const [asked, most] of [
    [NATIVE, 1.3e9],
    [SMALL, 1.1e9],
  ] as const) {
    const [guidance, tile, peakBytes] = planned(asked);
    assert.equal([guidance, tile], ['one-call', undefined]);
    assert.ok(peakBytes <= most, `${peakBytes}`);
    // All weights are in it.
    assert.ok(peakBytes > int8.stages.unet.bytes);
  }
});

test('one call where there is room, then two, whose pictures are the same; the decoder whole, then in tiles as large as fit', () => {
  const [one, two] = [bytesOf('unet', NATIVE, 2), bytesOf('unet', NATIVE)];
  assert.ok(two < one);
  assert.equal(planned(NATIVE, one), ['one-call', undefined, one]);
  assert.equal(planned(NATIVE, one - 1), ['two-calls', undefined, two]);
  assert.equal(planned(NATIVE, two), ['two-calls', undefined, two]);
  // Nothing takes less.
  assert.equal(planned(NATIVE, 0), ['two-calls', undefined, two]);
  const decoders = [undefined, 96, 80, 64].map((tile) => bytesOf('vae_decoder', LARGE, 1, tile));
  const both = bytesOf('unet', LARGE, 2);
  assert.equal(planned(LARGE, decoders[0]), ['one-call', undefined, decoders[0]]);
  assert.equal(planned(LARGE, decoders[0]! - 1), ['one-call', 96, decoders[1]]);
  assert.equal(planned(LARGE, decoders[1]! - 1), ['one-call', 80, both]);
  assert.equal(planned(LARGE, both - 1), ['two-calls', 80, decoders[2]]);
  assert.equal(planned(LARGE, decoders[2]! - 1), ['two-calls', 64, bytesOf('unet', LARGE)]);
});

test('what was asked for is kept: a number of calls, and where passes differ two', () => {
  assert.is(planned({ ...NATIVE, guidance: 'two-calls' })[0], 'two-calls');
  assert.is(planned({ ...NATIVE, guidance: 'one-call' }, 0)[0], 'one-call');
  assert.is(planned({ ...NATIVE, guidance: 'one-call', memory: 'low' })[0], 'one-call');
  assert.is(planned({ ...NATIVE, guidanceInterval: [0.2, 1] })[0], 'two-calls');
  assert.is(planned({ ...NATIVE, perpendicularNegative: 1 })[0], 'two-calls');
});

test('low is two calls, and tiles where the whole picture would take more than the UNet has, since weights are not streamed', () => {
  const low = (size: Planned) => planned({ ...size, memory: 'low' });
  for (const [size, tile] of [
    [SMALL, undefined],
    [NATIVE, undefined],
    [{ width: 768, height: 768 }, 64],
    [LARGE, 64],
  ] as const) {
    const least = bytesOf('unet', size);
    assert.equal(low(size), ['two-calls', tile, least], `${size.width}`);
    assert.ok(least > LOW_HEAP_BYTES);
  }
  // The least also of what would be small enough.
  const small = (memory: 'auto' | 'low') => int8Plan(manifest, { ...SMALL, memory }, ROOMY, THREADS);
  assert.ok(small('auto').peakBytes < LOW_HEAP_BYTES);
  assert.equal([small('auto').guidance, small('low').guidance], ['one-call', 'two-calls']);
});

test('a picture to begin from is encoded in tiles where there is no room for the whole', () => {
  const asked = { ...LARGE, initImage: {} };
  const encoder = (heapBytes: number) => int8Plan(int8, asked, { heapBytes }, THREADS).courses.vae_encoder;
  const whole = bytesOf('vae_encoder', LARGE);
  assert.is(encoder(whole)!.tile, undefined);
  assert.ok(bytesOf('vae_encoder', LARGE, 1, encoder(whole - 1)!.tile!) < whole);
  assert.is(int8Plan(int8, LARGE, ROOMY, THREADS).courses.vae_encoder, undefined);
});

test('what is said beforehand is what is drawn, and the size that is advised fits, in two calls and tiles if need be', () => {
  for (const asked of [NATIVE, LARGE, { ...LARGE, memory: 'low' }] satisfies Planned[])
    for (const heapBytes of [ROOMY.heapBytes, 1.2e9, 1.05e9, 0.99e9, 0.9e9]) {
      const device = { heapBytes };
      const said = forecastInt8(int8, asked, device, THREADS);
      const { courses, peakBytes, availableBytes } = int8Plan(int8, asked, device, THREADS);
      assert.equal(
        [said.peakBytes, said.availableBytes, said.fits, said.tiled, said.streamed],
        [peakBytes, availableBytes, peakBytes <= heapBytes, courses.vae_decoder.tile !== undefined, false],
      );
    }
  // Both passes in one call do not fit, at no size of so many pixels.
  const heapBytes = bytesOf('unet', NATIVE);
  assert.ok(forecastInt8(int8, NATIVE, { heapBytes }, THREADS).fits);
  const { fits, largest } = forecastInt8(int8, LARGE, { heapBytes }, THREADS);
  assert.equal([fits, largest], [false, NATIVE]);
  assert.ok(forecastInt8(int8, { ...LARGE, ...largest }, { heapBytes }, THREADS).fits);
  assert.is(forecastInt8(int8, LARGE, { heapBytes: 1e6 }, THREADS).largest, undefined);
});

test('a network is laid out once, whoever has read its manifest; another one is another', () => {
  const of = ({ description, stages }: Manifest, height = 8) =>
    networkKey({ description, stage: 'unet', size: { batch: 1, height, width: 8 }, tensors: stages.unet.tensors });
  const again: Manifest = JSON.parse(JSON.stringify(int8));
  assert.is(of(again), of(int8));
  assert.ok(of(int8).length < 100, of(int8));
  const { unet } = int8.description;
  const described = { ...int8.description, unet: { ...unet, normEps: 1e-6 } };
  const standIn = () => ({ scalingFactor: 1, networks: {} });
  const others = [
    of(int8, 16),
    of(planModel(fullSize, 'int4')),
    of({ ...int8, description: described }),
    ...[standIn(), standIn()].map((other) => of({ ...int8, description: { ...int8.description, standIn: other } })),
  ];
  assert.is(new Set([of(int8), ...others]).size, 1 + others.length);
});

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const manifest = planModel(demo, 'int8');
const PAGE = 65_536;
const paged = (bytes: number): number => PAGE * Math.ceil(bytes / PAGE);
const DRAWN: readonly Partial<ImageRequest>[] = [
  {},
  { guidance: 'two-calls' },
  { memory: 'low', width: 264, height: 264 },
  { cacheInterval: 2, cacheBranch: 1 },
];

for (const form of ['words', undefined] as const) {
  test(`the plan is what is allocated: ${form ?? 'the best form of this machine'}`, async () => {
    for (const more of DRAWN) {
      const backend = await nodeInt8Backend({ threads: THREADS, ...(form ? { form } : {}) });
      const asked = { ...DEFAULTS, prompt: 'an owl', seed: 1, steps: 2, width: 64, height: 96, ...more };
      const { courses, guidance, peakBytes } = int8Plan(manifest, asked, ROOMY, THREADS);
      const parts = { model: checkpointModel(demo, manifest), backend, courses };
      for await (const event of textToImage({ ...asked, guidance }, parts, new AbortController().signal))
        assert.is.not(event.type, 'failed', JSON.stringify(event));
      const name = JSON.stringify(more);
      assert.ok(backend.heapBytes() <= paged(peakBytes), `${name}: ${backend.heapBytes()} of ${peakBytes}`);
      if (more.cacheInterval) continue;
      const networks = (['text_encoder', 'unet', 'vae_decoder'] as const).map((stage) => {
        const whole = { batch: 1, height: asked.height / 8, width: asked.width / 8 };
        const size = { ...whole, batch: stage === 'unet' && guidance === 'one-call' ? 2 : 1 };
        const { description, stages } = manifest;
        const tile = stage === 'vae_decoder' ? courses.vae_decoder.tile : undefined;
        return { description, stage, size: tileSize(size, tile), tensors: stages[stage].tensors };
      });
      // To the page, beside what is kept of prompts and timesteps.
      const largest = Math.max(...networks.map((network) => int8Heap(network, THREADS)));
      assert.ok(peakBytes >= largest && backend.heapBytes() <= paged(largest), name);
      const words = networks.map((network) => assemble(networkOf(network), WORDS, THREADS).layout.bytes);
      if (form) assert.is(backend.heapBytes(), paged(Math.max(...words)), name);
    }
  });
}

test.run();
