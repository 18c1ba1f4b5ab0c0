/** T2I-adapters, full and light, by either way of naming; what is none, or another model's; and what they make, by every engine. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedAdapter } from '../../../build/fidelityControl';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { originalAdapterName, originalLightName } from '../../../models/control/adapterNames';
import { openSteerer, withSteerer } from '../../../models/control/openSteerer';
import { diskFolder } from '../../../models/folder.node';
import { planModel } from '../../../models/planModel';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import type { TensorSource } from '../../../models/tensorSource';
import { networkOf } from '../../../workers/backend/int8/assemble';
import { nodeThreads } from '../../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../../workers/backend/int8/int8Stage';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { controlManifest, controlModel } from '../../../workers/controlModel';
import { fromRoot } from '../../root';
import { input, sqnr } from '../../workers/backend/int8/network';
import { memoryFolder, memorySource } from '../memoryFolder';
import { asJson } from '../randomModel';
import { rejects } from '../rejects';

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const KINDS = [
  {
    ...{ adapter: hashedAdapter(demo, 'adapter-gray'), original: (name: string) => originalAdapterName(name, 2) },
    ...{ config: { type: 'full', inChannels: 1, blocks: 2 }, said: { adapter_type: 'full_adapter', in_channels: 1 } },
  },
  {
    ...{ adapter: hashedAdapter(demo, 'adapter-light'), original: originalLightName },
    ...{
      config: { type: 'light', inChannels: 3, blocks: 4 },
      said: { adapter_type: 'light_adapter', num_res_blocks: 4 },
    },
  },
] as const;
const [full, light] = KINDS;
const { signal } = new AbortController();

/** Its tensors under other names. */
const written = (source: TensorSource, called: (name: string) => string): Promise<NamedTensor[]> =>
  Promise.all(
    source.names().map(async (name) => {
      const { dtype, shape } = source.info(name)!;
      return { name: called(name), dtype, shape, data: await source.read(name) };
    }),
  );
const published = async (source: TensorSource) => encodeSafetensors(await written(source, (name) => name));

/** diffusers' folder of one. */
const folderOf = (weights: Uint8Array, said: object) =>
  memoryFolder(
    new Map([
      ['config.json', asJson({ _class_name: 'T2IAdapter', ...said })],
      ['diffusion_pytorch_model.safetensors', weights],
    ]),
    'sketch',
  );

test('original names count blocks through, or of light ones have them within each level', () => {
  // scripts/convert_original_t2i_adapter.py of diffusers 0.42.1.
  for (const [name, original] of [
    ['adapter.conv_in.bias', 'conv_in.bias'],
    ['adapter.body.0.resnets.0.block1.weight', 'body.0.block1.weight'],
    ['adapter.body.0.resnets.1.block2.bias', 'body.1.block2.bias'],
    ['adapter.body.1.in_conv.weight', 'body.2.in_conv.weight'],
    ['adapter.body.3.resnets.1.block1.weight', 'body.7.block1.weight'],
  ] as const)
    assert.is(originalAdapterName(name, 2), original);
  for (const [name, original] of [
    ['adapter.body.0.in_conv.weight', 'body.0.in_conv.weight'],
    ['adapter.body.0.resnets.3.block2.bias', 'body.0.body.3.block2.bias'],
    ['adapter.body.3.out_conv.bias', 'body.3.out_conv.bias'],
  ] as const)
    assert.is(originalLightName(name), original);
});

for (const { adapter, original, config, said } of KINDS)
  test(`a file under either names, and a folder, are the same ${config.type} adapter`, async () => {
    const weights = await published(adapter.source);
    const named = (prefix: string) => written(adapter.source, (name) => prefix + original(name));
    for (const each of [
      await openSteerer(memorySource('a/t2iadapter_sketch.safetensors', weights)),
      await openSteerer(memorySource('t2iadapter_sketch_sd15v2.safetensors', encodeSafetensors(await named('')))),
      await openSteerer(memorySource('sketch.safetensors', encodeSafetensors(await named('adapter.')))),
      await openSteerer(folderOf(weights, said)),
    ]) {
      assert.equal([each.kind, each.config], ['adapter', config]);
      withSteerer(demo.description, each);
      for (const name of adapter.source.names())
        assert.equal(await each.source.read(name), await adapter.source.read(name));
    }
  });

test('a folder whose file is not what its config says is refused, with both', async () => {
  const [ofFull, ofLight] = [await published(full.adapter.source), await published(light.adapter.source)];
  for (const [weights, said, ...words] of [
    [ofLight, full.said, 'a full one of 1 channels with 2 blocks', 'a light one of 3 channels with 4 blocks'],
    [ofFull, light.said, 'a light one of 3 channels with 4 blocks', 'a full one of 1 channels with 2 blocks'],
    [ofFull, { ...full.said, in_channels: 3 }, 'a full one of 3 channels', 'a full one of 1 channels'],
    [ofFull, { _class_name: 'ControlNetModel' }, 'a ControlNet', 'a T2I-adapter'],
    // As many as where a config does not say.
    [
      ofLight,
      { adapter_type: 'light_adapter' },
      'a light one of 3 channels with 2 blocks',
      'a light one of 3 channels with 4 blocks',
    ],
  ] as const)
    await rejects(() => openSteerer(folderOf(weights, said)), 'bad-model', 'as config.json says', ...words);
});

test('one that lacks a tensor, whichever, is refused by its name', async () => {
  for (const { adapter } of KINDS) {
    const all = await written(adapter.source, (name) => name);
    for (const left of [
      'adapter.body.0.resnets.1.block1.weight',
      'adapter.body.2.resnets.1.block2.bias',
      'adapter.body.3.resnets.0.block1.weight',
      ...(adapter === light.adapter
        ? ['adapter.body.2.out_conv.weight', 'adapter.body.0.resnets.3.block1.weight']
        : []),
    ]) {
      const file = encodeSafetensors(all.filter(({ name }) => name !== left));
      await rejects(
        async () => withSteerer(demo.description, await openSteerer(memorySource('cut.safetensors', file))),
        'bad-model',
        left,
      );
    }
  }
});

test('those of other channels, for styles and of configs that are not drawn with are refused, with the numbers', async () => {
  const stranger = (...named: readonly (readonly [string, ...number[]])[]) =>
    memorySource(
      'strange.safetensors',
      encodeSafetensors(
        named.map(([name, ...shape]) => {
          const data = new Uint8Array(4 * shape.reduce((product, size) => product * size, 1));
          return { name, dtype: 'F32' as const, shape, data };
        }),
      ),
    );
  const first = (channels: number, to: number) =>
    [
      ['conv_in.weight', to, channels, 3, 3],
      ['body.0.block1.weight', to, to, 3, 3],
    ] as const;
  const firstLight = (channels: number, to: number) =>
    [
      ['body.0.in_conv.weight', 1, channels, 1, 1],
      ['body.0.body.0.block1.weight', 1, 1, 3, 3],
      ['body.0.out_conv.weight', to, 1, 1, 1],
    ] as const;
  await rejects(() => openSteerer(stranger(...first(128, 4))), 'bad-model', 'conv_in.weight', '128');
  await rejects(() => openSteerer(stranger(...firstLight(128, 4))), 'bad-model', 'body.0.in_conv.weight', '128');
  await rejects(() => openSteerer(stranger(...first(768, 4))), 'unsupported-model', 'one for Stable Diffusion XL');
  for (const file of [stranger(...first(192, 8)), stranger(...firstLight(192, 8))]) {
    const wide = await openSteerer(file);
    await rejects(() => withSteerer(demo.description, wide), 'unsupported-model', '96,128,112,64', '8,');
  }
  const style = stranger(['style_embedding', 1, 8, 4], ['transformer_layes.0.ln_1.weight', 4]);
  await rejects(() => openSteerer(style), 'unsupported-model', 'a T2I-adapter for styles');
  for (const [key, value] of [
    ['adapter_type', 'full_adapter_xl'],
    ['downscale_factor', 16],
    ['num_res_blocks', 4],
  ] as const) {
    const config = asJson({ _class_name: 'T2IAdapter', [key]: value });
    await rejects(() => openSteerer(memoryFolder(new Map([['config.json', config]]), 'f')), 'unsupported-model', key);
  }
});

for (const { adapter, config } of KINDS)
  test(`of a ${config.type} one our own kernels make nearly what ONNX Runtime makes, of odd sizes as well`, async () => {
    for (const [height, width] of [
      [8, 8],
      [7, 9],
      [1, 3],
    ] as const) {
      const size = { batch: 1, height, width };
      const inputs = { conditions: input([1, 64 * config.inChannels, height, width], 3) };
      const { model: exact } = controlModel(adapter, controlManifest(planModel(demo), adapter));
      const whole = await nodeWasmBackend().open(await exact.file('unet', size, signal), signal);
      const expected = await whole.run(inputs);
      await whole.close();
      assert.equal(Object.keys(expected).sort(), ['adapted_0', 'adapted_1', 'adapted_2', 'adapted_3']);
      const { model: int8 } = controlModel(adapter, controlManifest(planModel(demo, 'int8'), adapter));
      const { network, weights } = await int8.file('unet', size, signal);
      const here = await openInt8Stage(networkOf(network!), weights, await nodeThreads({ threads: 1 }), signal);
      const own = await here.run(inputs);
      await here.close();
      for (const [name, { data, shape }] of Object.entries(expected)) {
        assert.equal(own[name]!.shape, shape);
        const quality = sqnr(own[name]!.data, data);
        assert.ok(quality > 30, `${name}: ${quality.toFixed(1)} dB`);
      }
    }
  });

test.run();
