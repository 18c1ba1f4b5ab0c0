/** Tiny VAEs computed by ONNX Runtime and by our own kernels, against diffusers; and files that are none, or another model's. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileSource } from '../../../models/folder.node';
import { openCheckpoint } from '../../../models/openCheckpoint';
import { planStage, stageGraph } from '../../../models/pack';
import { energies, sqnr } from '../../../models/quantize/quality/sqnr';
import { openSafetensors } from '../../../models/safetensors';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import { weightsInMemory } from '../../../models/stageWeights';
import { openTinyVae, type TinyVae, withTinyVae } from '../../../models/tinyVae/openTinyVae';
import { networkOf } from '../../../workers/backend/int8/assemble';
import { nodeThreads } from '../../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../../workers/backend/int8/int8Stage';
import { wordsOf } from '../../../workers/backend/int8/numbers';
import type { Threads } from '../../../workers/backend/int8/threads';
import type { Tensors } from '../../../workers/tensor';
import { fromRoot } from '../../root';
import { oneThread } from '../../workers/backend/int8/oneThread';
import { DESCRIPTION } from '../../workers/fakeParts';
import { memoryFolder, memorySource } from '../memoryFolder';
import { asJson } from '../randomModel';
import { rejects } from '../rejects';
import { packedWeights, runStage, stageFile } from '../runStage';
import { originalFile, TINY_VAES, type TinyVaeName, tinyConfig, tinyFile } from './randomTinyVae';

const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/tiny-vae.safetensors')));
const tensor = async (name: string) => ({
  data: new Float32Array(Uint8Array.from(await vectors.read(name)).buffer),
  shape: vectors.info(name)!.shape,
});
const folder = (name: TinyVaeName, file = tinyFile(name), config: object = tinyConfig(name)) =>
  memoryFolder(
    new Map([
      ['config.json', asJson(config)],
      ['diffusion_pytorch_model.safetensors', file],
    ]),
    name,
  );
const opened = (file: Uint8Array, name = 'taesd.safetensors') => openTinyVae(memorySource(name, file));
const checkpointOf = (tiny: TinyVae) => ({
  name: 'tiny',
  description: withTinyVae(DESCRIPTION, tiny, 'both'),
  tokenizer: { vocab: {}, merges: '' },
  weights: () => tiny.source,
});
const decibels = (computed: ArrayLike<number>, expected: ArrayLike<number>) => sqnr(energies(expected, computed));
const kernels = await nodeThreads({ threads: 1 });
/** What bytes lose, wherever it is run. */
const eight = await oneThread('words', wordsOf(255));
const signal = new AbortController().signal;

for (const name of TINY_VAES) {
  const tiny = await openTinyVae(folder(name));
  const checkpoint = checkpointOf(tiny);
  for (const size of ['square', 'odd']) {
    const latents = await tensor(`${name}.${size}.latents`);
    const image = await tensor(`${name}.${size}.image`);
    const [batch, , height, width] = latents.shape as [number, number, number, number];
    for (const [stage, inputs, expected] of [
      ['vae_decoder', { latents }, await tensor(`${name}.${size}.decoded`)],
      ['vae_encoder', { image }, await tensor(`${name}.${size}.encoded`)],
    ] as const) {
      const at = { batch, height, width };
      test(`${name}: ${stage} of ${height} × ${width} latents is diffusers' AutoencoderTiny, optimized or not`, async () => {
        const packed = await stageFile(checkpoint, stage, at);
        for (const optimization of ['all', 'disabled'] as const) {
          const quality = decibels(await runStage(packed, inputs, optimization), expected.data);
          assert.ok(quality > 100, `${quality.toFixed(1)} dB`);
        }
      });
      test(`${name}: ${stage} of ${height} × ${width} latents on our own kernels is ONNX Runtime's over the same int8 weights`, async () => {
        const { description } = checkpoint;
        const tensors = planStage(description, stage, tiny.source, 'int8');
        const bytes = await packedWeights(tensors, tiny.source);
        const network = networkOf({ description, stage, size: at, tensors });
        const feeds = Object.fromEntries(
          Object.entries(inputs).map(([key, { data, shape }]) => [key, { type: 'float32', shape, data }]),
        ) as Tensors;
        const here = async (on: Threads, precise: boolean) => {
          const described = { ...network, precise: () => precise };
          const opened = await openInt8Stage(described, weightsInMemory(bytes), on, signal);
          const [output] = Object.values(await opened.run(feeds));
          await opened.close();
          return output!.data;
        };
        const graph = stageGraph(description, stage, at, tensors, { integersFrom: Number.POSITIVE_INFINITY });
        const there = await runStage({ name: stage, graph, weights: weightsInMemory(bytes) }, inputs);
        const same = decibels(await here(kernels, true), there);
        assert.ok(same > 55, `the same network: ${same.toFixed(1)} dB`);
        const lost = decibels(await here(eight, false), expected.data);
        assert.ok(lost > 20, `in eight bits: ${lost.toFixed(1)} dB`);
      });
    }
  }
}

test('the original files are halves of the same network, under numbers', async () => {
  const whole = await openTinyVae(folder('wide'));
  for (const half of ['decoder', 'encoder'] as const) {
    const { config, source } = await opened(originalFile('wide', half), `taesd_${half}.safetensors`);
    const { [half]: expected, latentChannels } = whole.config;
    assert.equal(config, { latentChannels, scalingFactor: 1, [half]: expected });
    const stage = half === 'decoder' ? 'vae_decoder' : 'vae_encoder';
    const description = withTinyVae(DESCRIPTION, whole, 'both');
    const bytes = async (from: TinyVae['source']) => packedWeights(planStage(description, stage, from), from);
    assert.equal(await bytes(source), await bytes(whole.source));
  }
});

test('a folder says how its latents are scaled, a file has no say in it', async () => {
  assert.is((await openTinyVae(folder('flat'))).config.scalingFactor, 0.5);
  assert.is((await opened(tinyFile('flat'))).config.scalingFactor, 1);
});

test('half of it does half of the work; the encoder in the place of the decoder is told so', async () => {
  const encoder = await opened(originalFile('wide', 'encoder'), 'taesd_encoder.safetensors');
  const { standIn } = withTinyVae(DESCRIPTION, encoder, 'encoding');
  assert.equal(Object.keys(standIn!.networks), ['vae_encoder']);
  const whole = await openTinyVae(folder('wide'));
  assert.equal(Object.keys(withTinyVae(DESCRIPTION, whole, 'decoding').standIn!.networks), ['vae_decoder']);
  const expected = 'expected the decoder of a tiny VAE, with tensors such as decoder.layers.0.weight or 1.weight';
  for (const use of ['decoding', 'both'] as const)
    await rejects(() => withTinyVae(DESCRIPTION, encoder, use), 'bad-model', expected, 'got its encoder alone');
  const decoder = await opened(originalFile('wide', 'decoder'));
  await rejects(() => withTinyVae(DESCRIPTION, decoder, 'encoding'), 'bad-model', 'got its decoder alone');
});

test("another model's tiny VAE is refused by name: SDXL's by what it is called, SD3's and Flux's by their latents", async () => {
  const file = tinyFile('wide');
  const named = 'that of SDXL by its name (if it is not, rename it)';
  for (const name of ['taesdxl_decoder.safetensors', 'models/taesdxl.safetensors', 'taesd-xl.safetensors'])
    await rejects(() => opened(file, name), 'unsupported-model', `${name}: tiny VAE`, named);
  const called = memoryFolder(
    new Map([
      ['config.json', asJson({})],
      ['diffusion_pytorch_model.safetensors', file],
    ]),
    'taesdxl',
  );
  await rejects(() => openTinyVae(called), 'unsupported-model', 'taesdxl: tiny VAE', named);
  const wide = encodeSafetensors([
    tensorOf('decoder.layers.0.weight', [2, 16, 3, 3]),
    ...[2, 5, 8, 11].map((i) => tensorOf(`decoder.layers.${i}.conv.0.weight`, [2, 2, 3, 3])),
    ...[4, 7, 10].map((i) => tensorOf(`decoder.layers.${i}.weight`, [2, 2, 3, 3])),
    tensorOf('decoder.layers.12.weight', [3, 2, 3, 3]),
  ]);
  const latents = 'latent channels of the tiny VAE: expected 4, got 16 (those of Stable Diffusion 3 and Flux)';
  await rejects(() => opened(wide, 'taesd3.safetensors'), 'unsupported-model', latents);
  const config = { ...tinyConfig('wide'), latent_channels: 16 };
  await rejects(() => openTinyVae(folder('wide', file, config)), 'unsupported-model', 'config.json', latents);
});

const tensorOf = (name: string, shape: readonly number[]) => {
  const data = new Uint8Array(4 * shape.reduce((product, size) => product * size, 1));
  return { name, dtype: 'F32' as const, shape, data };
};

test('what is no tiny VAE says what it is instead, and a tiny VAE in another place says where it goes', async () => {
  const lora = encodeSafetensors([tensorOf('lora_unet_x.lora_up.weight', [1, 1])]);
  await rejects(
    () => opened(lora),
    'unsupported-model',
    'expected a tiny VAE of Stable Diffusion 1.x (TAESD), got a LoRA',
  );
  const vae = encodeSafetensors([tensorOf('decoder.mid.block_1.conv1.weight', [1, 1, 3, 3])]);
  await rejects(() => opened(vae), 'unsupported-model', 'got a VAE of full size (--vae FILE)');
  const other = encodeSafetensors([tensorOf('something.else', [2])]);
  await rejects(() => opened(other), 'bad-model', 'got a file with something.else');
  const tokenizer = async () => ({ vocab: {}, merges: '' });
  for (const file of [tinyFile('flat'), originalFile('flat', 'decoder')])
    await rejects(
      () => openCheckpoint(memorySource('taesd.safetensors', file), { tokenizer }),
      'unsupported-model',
      '--tiny-vae FILE',
      'got a tiny VAE (TAESD)',
    );
});

test('a file cut short, one without a tensor, one of more levels, and a config of another class are told', async () => {
  const file = tinyFile('flat');
  await rejects(() => opened(file.slice(0, file.length - 100)), 'bad-model', 'taesd.safetensors');
  await rejects(() => opened(file.slice(0, 5)), 'bad-model', 'taesd.safetensors');
  const hole = await opened(tinyFile('flat', (key) => key === 'decoder.layers.2.conv.2.bias'));
  await rejects(
    () => withTinyVae(DESCRIPTION, hole, 'decoding'),
    'bad-model',
    'decoder.layers.2.conv.2.bias',
    'got none',
  );
  const flatter = tinyFile(
    'flat',
    (key) => key.startsWith('decoder.layers.12.') || key.startsWith('decoder.layers.13.'),
  );
  await rejects(() => opened(flatter), 'unsupported-model', 'levels of the tiny VAE: expected 4');
  const foreign = { ...tinyConfig('flat'), _class_name: 'AutoencoderKL' };
  await rejects(() => openTinyVae(folder('flat', file, foreign)), 'unsupported-model', '_class_name', 'AutoencoderKL');
  const none = memoryFolder(new Map([['config.json', asJson(tinyConfig('flat'))]]), 'empty');
  await rejects(() => openTinyVae(none), 'bad-model', 'empty: diffusion_pytorch_model.safetensors', 'got none');
});

test.run();
