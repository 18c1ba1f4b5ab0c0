/** ControlNets by either way of naming; what is none, or another model's; and what they make, by every engine. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedControlNet } from '../../../build/fidelityControl';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { ldmControlNames } from '../../../models/control/controlNames';
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
import { streamedStage } from '../../../workers/streamed';
import type { Tensor, Tensors } from '../../../workers/tensor';
import { fromRoot } from '../../root';
import { input, sqnr } from '../../workers/backend/int8/network';
import { memoryFolder, memorySource } from '../memoryFolder';
import { asJson } from '../randomModel';
import { rejects } from '../rejects';

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const control = hashedControlNet(demo, 'control-a');
const names = Object.entries(
  JSON.parse(readFileSync(fromRoot('spec/vectors/control-names.json'), 'utf8')) as Record<string, string>,
);
const { signal } = new AbortController();

/** Its tensors under other names. */
const written = (source: TensorSource, called: (name: string) => string): Promise<NamedTensor[]> =>
  Promise.all(
    source.names().map(async (name) => {
      const { dtype, shape } = source.info(name)!;
      return { name: called(name), dtype, shape, data: await source.read(name) };
    }),
  );
const published = encodeSafetensors(await written(control.source, (name) => name));

test('original names are those that diffusers converts from', () => {
  for (const [name, original] of names)
    assert.ok(ldmControlNames(name, 2, 6).includes(original.replace('control_model.', '')), `${name}: ${original}`);
});

test('a file under either names, and a folder, are the same ControlNet', async () => {
  const original = encodeSafetensors(
    await written(control.source, (name) => `control_model.${ldmControlNames(name, 1, 6)[0]}`),
  );
  const folder = memoryFolder(
    new Map([
      ['config.json', asJson({ _class_name: 'ControlNetModel', controlnet_conditioning_channel_order: 'rgb' })],
      ['diffusion_pytorch_model.safetensors', published],
    ]),
    'canny',
  );
  const all = [
    await openSteerer(memorySource('a/control_canny.safetensors', published)),
    await openSteerer(memorySource('control_v11p_sd15_canny.safetensors', original)),
    await openSteerer(folder),
  ];
  assert.equal(
    all.map(({ name }) => name),
    ['control_canny', 'control_v11p_sd15_canny', 'canny'],
  );
  for (const each of all) {
    assert.equal([each.kind, each.config], ['controlnet', control.config]);
    withSteerer(demo.description, each);
    const { source } = each;
    for (const name of control.source.names()) assert.equal(await source.read(name), await control.source.read(name));
  }
});

test('of which only means count, a config says, or a name where there is none', async () => {
  const folder = (config: object) =>
    memoryFolder(
      new Map([
        ['config.json', asJson({ _class_name: 'ControlNetModel', ...config })],
        ['diffusion_pytorch_model.safetensors', published],
      ]),
      'a/shuffle',
    );
  const pooled = async (input: Parameters<typeof openSteerer>[0]) => {
    const opened = await openSteerer(input);
    return opened.kind === 'controlnet' && (opened.pooled ?? false);
  };
  assert.is(await pooled(folder({ global_pool_conditions: true })), true);
  assert.is(await pooled(folder({})), false);
  assert.is(await pooled(memorySource('control_v11e_sd15_Shuffle_fp16.safetensors', published)), true);
  assert.is(await pooled(memorySource('shuffle/control_v11p_sd15_canny.safetensors', published)), false);
});

test('one for inpainting is told by its name, and is not one that follows depths within a mask', async () => {
  for (const [name, masked] of [
    ['a/control_v11p_sd15_inpaint_fp16', true],
    ['control_sd15_inpaint_depth_hand_fp16', false],
    ['control_v11p_sd15_canny', false],
  ] as const) {
    const opened = await openSteerer(memorySource(`${name}.safetensors`, published));
    assert.is(opened.kind === 'controlnet' && (opened.masked ?? false), masked, name);
  }
});

/** A file of tensors that nobody reads. */
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

test('what steers in another way, and what is something else, is refused by name', async () => {
  for (const [name, kind] of [
    ['lllite_unet_input_blocks_4_1.down.0.weight', 'ControlNet-LLLite'],
    ['lora_controlnet', 'Control-LoRA'],
    ['ip_adapter.1.to_k_ip.weight', 'IP-Adapter'],
    ['lora_unet_mid_block.lora_up.weight', 'a LoRA'],
  ] as const)
    await rejects(
      () => openSteerer(stranger([name, 1])),
      'unsupported-model',
      'ControlNet or a T2I-adapter of Stable Diffusion 1.x',
      kind,
    );
  const first = ['controlnet_cond_embedding.conv_in.weight', 16, 3, 3, 3] as const;
  for (const [name, kind] of [
    ['task_embedding', 'union'],
    ['difference', 'a difference'],
  ] as const)
    await rejects(() => openSteerer(stranger(first, [name, 1])), 'unsupported-model', kind);
  await rejects(
    () => openSteerer(stranger(['some.weight', 2])),
    'bad-model',
    'controlnet_cond_embedding',
    'some.weight',
  );
  await rejects(() => openSteerer(stranger(first)), 'bad-model', '3 strides', '0');
});

test('of another base it is refused with the numbers, and so is one that lacks a tensor', async () => {
  const rows = (i: number, from: number, to: number) =>
    [`controlnet_cond_embedding.blocks.${i}.weight`, to, from, 3, 3] as const;
  const embedding = [
    ['controlnet_cond_embedding.conv_in.weight', 16, 3, 3, 3] as const,
    ...[rows(1, 16, 32), rows(3, 32, 96), rows(5, 96, 256)],
  ];
  const key = 'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight';
  for (const [width, base] of [
    [1024, '1024 (Stable Diffusion 2.x)'],
    [2048, '2048 (Stable Diffusion XL)'],
  ] as const) {
    const other = await openSteerer(stranger(...embedding, [key, 8, width]));
    await rejects(() => withSteerer(demo.description, other), 'unsupported-model', 'cross_attention_dim', '64', base);
  }
  const lacking = await openSteerer(stranger(...embedding, [key, 96, 64]));
  await rejects(() => withSteerer(demo.description, lacking), 'bad-model', 'a tensor', 'none');
  const wide = {
    ...control.source,
    info: (name: string) => {
      const info = control.source.info(name);
      return info && name === 'controlnet_mid_block.weight' ? { ...info, shape: [64, 64, 3, 3] } : info;
    },
  };
  await rejects(
    () => withSteerer(demo.description, { ...control, source: wide }),
    'bad-model',
    'controlnet_mid_block.weight',
    '[64,64,3,3]',
  );
});

test('a cut file, a pickle, and configs of what is not drawn with are refused', async () => {
  await rejects(() => openSteerer(memorySource('cut.safetensors', published.subarray(0, 5000))), 'bad-model');
  await rejects(() => openSteerer(memorySource('a.pth', Uint8Array.of(0x80, 2, 0x7d, 0x71, 0))), 'bad-model', 'pickle');
  for (const [key, value] of [
    ['_class_name', 'UNet2DConditionModel'],
    ['controlnet_conditioning_channel_order', 'bgr'],
    ['class_embed_type', 'timestep'],
  ] as const) {
    const config = asJson({ _class_name: 'ControlNetModel', [key]: value });
    const folder = memoryFolder(new Map([['config.json', config]]), 'folder');
    await rejects(() => openSteerer(folder), 'unsupported-model', key, String(value));
  }
  const empty = memoryFolder(new Map([['config.json', asJson({ _class_name: 'ControlNetModel' })]]), 'folder');
  await rejects(() => openSteerer(empty), 'bad-model', 'diffusion_pytorch_model.safetensors');
});

const inputsOf = (batch: number, height: number, width: number): Tensors => ({
  sample: input([batch, 4, height, width], 1),
  timestep: { type: 'float32', shape: [1], data: Float32Array.of(500) },
  encoder_hidden_states: input([batch, 77, 64], 2),
  conditions: { ...input([batch, 3, 8 * height, 8 * width], 3), type: 'float32' } as Tensor,
});
const threads = await nodeThreads({ threads: 1 });

for (const [batch, height, width] of [
  [1, 8, 8],
  [2, 7, 9],
] as const) {
  test(`[${batch}, 4, ${height}, ${width}]: in segments and on our own kernels it makes what it makes whole`, async () => {
    const size = { batch, height, width };
    const inputs = inputsOf(batch, height, width);
    const { model: exact } = controlModel(control, controlManifest(planModel(demo), control));
    const backend = nodeWasmBackend();
    const whole = await backend.open(await exact.file('unet', size, signal), signal);
    const expected = await whole.run(inputs);
    await whole.close();
    assert.is(Object.keys(expected).length, 9);
    const streamed = await streamedStage(await exact.segments('unet', size, 3, signal), backend, signal, {
      lean: true,
    });
    const parts = await streamed.run(inputs);
    await streamed.close();
    const { model: int8 } = controlModel(control, controlManifest(planModel(demo, 'int8'), control));
    const { network, weights } = await int8.file('unet', size, signal);
    const here = await openInt8Stage(networkOf(network!), weights, threads, signal);
    const own = await here.run(inputs);
    // Once more: what depends on the picture alone is kept.
    assert.equal((await here.run(inputs)).residual_0!.data, own.residual_0!.data);
    await here.close();
    for (const [name, { data, shape }] of Object.entries(expected)) {
      assert.equal(own[name]!.shape, shape);
      assert.ok(sqnr(parts[name]!.data, data) > 100, name);
      const quality = sqnr(own[name]!.data, data);
      assert.ok(quality > 30, `${name}: ${quality.toFixed(1)} dB`);
    }
  });
}

test.run();
