/** IP-Adapters by either way of naming, and what is none, or another model's; image encoders as folders and files, and what does not go with what. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type AdapterKind,
  adapterFile,
  EYE,
  eyeConfig,
  eyeFile,
  hashedEncoder,
  hashedIpAdapter,
} from '../../../build/fidelityIpAdapter';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { openSteerer } from '../../../models/control/openSteerer';
import { diskFolder } from '../../../models/folder.node';
import { openImageEncoder } from '../../../models/ipAdapter/openImageEncoder';
import { ipAdapting, openIpAdapter, tokensPerPicture } from '../../../models/ipAdapter/openIpAdapter';
import { openCheckpoint } from '../../../models/openCheckpoint';
import { openSafetensors } from '../../../models/safetensors';
import { encodeHeader, encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import type { ByteSource } from '../../../models/source';
import { fromRoot } from '../../root';
import { memoryFolder, memorySource } from '../memoryFolder';
import { asJson } from '../randomModel';
import { rejects } from '../rejects';

const { unet } = (await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')))).description;
const encoder = await hashedEncoder();

type Change = (tensor: NamedTensor) => readonly NamedTensor[];

/** `bytes`, each tensor replaced by what `change` makes of it. */
async function changed(bytes: Uint8Array, change: Change): Promise<Uint8Array> {
  const file = await openSafetensors(memorySource('x', bytes));
  const tensors = file.names().map(async (name) => {
    const { dtype, shape } = file.info(name)!;
    return change({ name, dtype, shape, data: await file.read(name) });
  });
  return encodeSafetensors((await Promise.all(tensors)).flat());
}

const named = (name: string, ...shape: number[]): NamedTensor => ({
  ...{ name, dtype: 'F32', shape },
  data: new Uint8Array(4 * shape.reduce((product, size) => product * size, 1)),
});
const strange = (...tensors: NamedTensor[]): ByteSource =>
  memorySource('strange.safetensors', encodeSafetensors(tensors));
const adapterOf = (kind: AdapterKind, change: Change = (tensor) => [tensor]) =>
  changed(adapterFile(kind, unet), change).then((bytes) => openIpAdapter(memorySource('a/ip.safetensors', bytes)));

test('what kind an adapter is, and how many tokens it makes of a picture, show in its tensors', async () => {
  for (const [kind, tokens, config] of [
    ['plain', 4, { featureDim: 40 }],
    ['full', 17, { featureDim: 48 }],
    ['plus', 5, { featureDim: 48, queries: 5, width: 32, heads: 1, layers: 4 }],
  ] as const) {
    const adapter = await adapterOf(kind);
    assert.equal([adapter.name, adapter.config], ['ip', { kind, ...config }]);
    assert.is(tokensPerPicture(adapter, encoder), tokens);
    assert.is(ipAdapting(adapter, encoder, unet).tensors.length > 20, true);
  }
});

test("a resampler under diffusers' names is the same one", async () => {
  const published = {
    ...{ '0.norm1': 'ln0', '0.norm2': 'ln1', '0.to_q': 'attn.to_q', '0.to_out': 'attn.to_out.0' },
    ...{ '1.0': 'ff.0', '1.1': 'ff.1.net.0.proj', '1.3': 'ff.1.net.2' },
  } as Readonly<Record<string, string>>;
  const own = await adapterOf('plus');
  const other = await adapterOf('plus', (tensor) => {
    const { name, data, shape } = tensor;
    const [, layer, part, last] = /^(image_proj\.layers\.\d+)\.(.*)\.(weight|bias)$/.exec(name) ?? [];
    if (!part) return [tensor];
    if (part !== '0.to_kv') return [{ ...tensor, name: `${layer}.${published[part]}.${last}` }];
    const half = [shape[0]! / 2, shape[1]!];
    return ['k', 'v'].map((which, i) => ({
      ...{ name: `${layer}.attn.to_${which}.weight`, dtype: tensor.dtype, shape: half },
      data: data.slice((i * data.length) / 2, ((i + 1) * data.length) / 2),
    }));
  });
  assert.equal(other.config, own.config);
  const [a, b] = [own, other].map((each) => ipAdapting(each, encoder, unet));
  assert.equal(a!.tensors, b!.tensors);
  for (const { name } of a!.tensors) assert.equal(await a!.source.read(name), await b!.source.read(name), name);
  // Rows of a half, as large tensors are read.
  const [name, rows] = ['layers.2.attn.to_v.weight', { begin: 3, end: 9 }];
  assert.equal(await a!.source.read(name, rows), await b!.source.read(name, rows));
});

test('adapters of other bases, of faces, for other encoders, and what is none, are refused with the numbers', async () => {
  const wide = await adapterOf('plain', (tensor) =>
    tensor.name.startsWith('ip_adapter.') ? [named(tensor.name, tensor.shape[0]!, 2048)] : [tensor],
  );
  const fits = (adapter: Awaited<ReturnType<typeof adapterOf>>) => ipAdapting(adapter, encoder, unet);
  await rejects(() => fits(wide), 'unsupported-model', 'cross_attention_dim', '64', '2048 (Stable Diffusion XL)');
  const fewer = await adapterOf('plain', (tensor) => (tensor.name.startsWith('ip_adapter.19.') ? [] : [tensor]));
  await rejects(() => fits(fewer), 'unsupported-model', 'channels of cross-attentions', '96,128,112', '96,96');
  const half = await adapterOf('plain', (tensor) => (tensor.name === 'ip_adapter.7.to_v_ip.weight' ? [] : [tensor]));
  await rejects(() => fits(half), 'bad-model', 'to_v_ip.weight', 'none');
  const bare = await adapterOf('plus', (tensor) => (tensor.name.endsWith('2.0.norm1.bias') ? [] : [tensor]));
  await rejects(() => fits(bare), 'bad-model', 'layers.2.ln0.bias', 'none');
  const sixteen = await adapterOf('plain', (tensor) =>
    tensor.name === 'image_proj.proj.weight' ? [named(tensor.name, 16 * 64, 40)] : [tensor],
  );
  await rejects(() => fits(sixteen), 'unsupported-model', 'proj.weight', '4 tokens of 64', '1024 rows');
  const other = await adapterOf('plain', (tensor) =>
    tensor.name === 'image_proj.proj.weight' ? [named(tensor.name, 256, 1024)] : [tensor],
  );
  await rejects(() => fits(other), 'unsupported-model', 'image_embeds of the image encoder eye', '1024 wide', '40');
  const seer = await adapterOf('plus', (tensor) =>
    tensor.name === 'image_proj.proj_in.weight' ? [named(tensor.name, 32, 1280)] : [tensor],
  );
  await rejects(() => fits(seer), 'unsupported-model', 'hidden_states of the image encoder eye', '1280 wide', '48');

  const face = 'one for FaceID';
  const attention = named('ip_adapter.1.to_k_ip.weight', 320, 768);
  for (const tensors of [
    [named('image_proj.proj.0.weight', 4, 4), named('image_proj.norm.weight', 4), attention],
    [named('image_proj.perceiver_resampler.proj_in.weight', 4, 4), attention],
    [named('image_proj.proj.0.weight', 4, 4), named('ip_adapter.0.to_k_lora.down.weight', 4, 4), attention],
  ])
    await rejects(() => openIpAdapter(strange(...tensors)), 'unsupported-model', face, 'InsightFace');
  await rejects(() => openIpAdapter(strange(attention)), 'bad-model', 'image_proj.', 'latents');
  await rejects(
    () => openIpAdapter(strange(named('controlnet_cond_embedding.conv_in.weight', 4))),
    'unsupported-model',
    'a ControlNet',
  );
  await rejects(() => openIpAdapter(strange(named('a.weight', 4))), 'bad-model', 'ip_adapter.1.to_k_ip', 'a.weight');
  const odd = [named('image_proj.latents', 1, 4, 8), named('image_proj.proj_in.weight', 8, 8), attention];
  await rejects(
    () => openIpAdapter(strange(...odd, named('image_proj.layers.0.0.to_q.weight', 100, 8))),
    'bad-model',
    'a multiple of 64',
    '100',
  );
});

test('a pickle is refused with its reason, an adapter in the place of something else with the way to use it', async () => {
  const pickle = memorySource('ip-adapter_sd15.bin', Uint8Array.from([0x80, 2, 0x7d, 0x71, 0, 0, 0, 0, 0, 0]));
  await rejects(() => openIpAdapter(pickle), 'bad-model', 'reading them runs the code they contain', 'pickle');
  const file = memorySource('ip-adapter_sd15.safetensors', adapterFile('plain', unet));
  await rejects(() => openSteerer(file), 'unsupported-model', '--ip-adapter FILE');
  const tokenizer = async () => ({ vocab: {}, merges: '' });
  await rejects(() => openCheckpoint(file, { tokenizer }), 'unsupported-model', '--ip-adapter FILE');
});

const folder = (config: object, file: Uint8Array = eyeFile()) =>
  memoryFolder(
    new Map([
      ['config.json', asJson(config)],
      ['model.safetensors', file],
    ]),
    'eye',
  );

test('an image encoder is what its tensors and its config say', async () => {
  const { config, name } = await openImageEncoder(folder(eyeConfig('quick_gelu')));
  assert.is(name, 'eye');
  assert.equal(config, { ...EYE, hiddenAct: 'quick_gelu', layerNormEps: 1e-5 });
  const { model_type: _, ...inside } = eyeConfig();
  const whole = await openImageEncoder(
    folder({ model_type: 'clip', vision_config: { ...inside, layer_norm_eps: 1e-6 } }),
  );
  assert.equal([whole.config.hiddenAct, whole.config.layerNormEps], ['gelu', 1e-6]);
});

test('a file alone is one where its sizes are published ones, else its folder is asked for', async () => {
  const large = await openImageEncoder(sized('clip_h.safetensors', 1280, 32, 14, 257));
  assert.equal(large.config, {
    ...{ hiddenSize: 1280, intermediateSize: 5120, numHiddenLayers: 32, numAttentionHeads: 16, hiddenAct: 'gelu' },
    ...{ imageSize: 224, patchSize: 14, projectionDim: 1024, layerNormEps: 1e-5 },
  });
  const older = await openImageEncoder(sized('clip_l.safetensors', 1024, 24, 14, 577));
  assert.equal([older.config.imageSize, older.config.hiddenAct], [336, 'quick_gelu']);
  const alone = memorySource('eye.safetensors', eyeFile());
  await rejects(() => openImageEncoder(alone), 'bad-model', 'its folder', '1280 wide with 32 layers', '48 wide with 3');
});

/** A file of such an encoder of which there is no more than the header. */
function sized(name: string, width: number, layers: number, patch: number, positions: number): ByteSource {
  const wide = 4 * width;
  const vision = 'vision_model.';
  const shapes: [string, number[]][] = [
    [`${vision}embeddings.class_embedding`, [width]],
    [`${vision}embeddings.patch_embedding.weight`, [width, 3, patch, patch]],
    [`${vision}embeddings.position_embedding.weight`, [positions, width]],
    ...['pre_layrnorm', 'post_layernorm'].flatMap((norm) => normOf(vision + norm)),
    ...Array.from({ length: layers }, (_, i) => `${vision}encoder.layers.${i}.`).flatMap((scope) => [
      ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((of) => linearOf(`${scope}self_attn.${of}`, width, width)),
      ...['layer_norm1', 'layer_norm2'].flatMap((norm) => normOf(scope + norm)),
      ...linearOf(`${scope}mlp.fc1`, wide, width),
      ...linearOf(`${scope}mlp.fc2`, width, wide),
    ]),
    ['visual_projection.weight', [1024, width]],
  ];
  function normOf(scope: string): [string, number[]][] {
    return ['weight', 'bias'].map((part) => [`${scope}.${part}`, [width]]);
  }
  function linearOf(scope: string, to: number, from: number): [string, number[]][] {
    return [
      [`${scope}.weight`, [to, from]],
      [`${scope}.bias`, [to]],
    ];
  }
  let end = 0;
  const entries = shapes.map(([key, shape]) => {
    const begin = end;
    end += 2 * shape.reduce((product, size) => product * size, 1);
    return [key, { dtype: 'F16', shape, data_offsets: [begin, end] }] as const;
  });
  const head = encodeHeader(entries);
  const read = async (start: number, stop: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(stop - start);
    bytes.set(head.subarray(start, Math.min(stop, head.length)));
    return bytes;
  };
  return { name, size: head.length + end, read };
}

test('image encoders that are none, are broken, or see in another way are refused with the numbers', async () => {
  const without = (key: string) => changed(eyeFile(), (tensor) => (tensor.name === key ? [] : [tensor]));
  const inPlace = (key: string, ...shape: number[]) =>
    changed(eyeFile(), (tensor) => (tensor.name === key ? [named(key, ...shape)] : [tensor]));
  const positions = 'vision_model.embeddings.position_embedding.weight';
  for (const [file, ...said] of [
    [await without('visual_projection.weight'), 'visual_projection.weight', 'none'],
    [await without('vision_model.encoder.layers.1.mlp.fc2.bias'), 'layers.1.mlp.fc2.bias', 'none'],
    [await inPlace(positions, 19, 48), 'position_embedding', 'one row more than a square', '19'],
    [await inPlace(positions, 17, 40), 'position_embedding', '[17,48]', '[17,40]'],
    [await without('vision_model.encoder.layers.0.mlp.fc1.weight'), 'layers', '2 at least', '0'],
    [encodeSafetensors([named('text_model.final_layer_norm.weight', 4)]), 'class_embedding', 'text_model'],
  ] as const)
    await rejects(() => openImageEncoder(folder(eyeConfig(), file)), 'bad-model', ...said);
  for (const [config, code, ...said] of [
    [{ ...eyeConfig(), model_type: 'siglip_vision_model' }, 'unsupported-model', 'model_type', 'siglip'],
    [{ ...eyeConfig(), hidden_act: 'relu' }, 'unsupported-model', 'hidden_act', 'relu'],
    [{ ...eyeConfig(), num_attention_heads: 5 }, 'bad-model', 'num_attention_heads', '48', '5'],
  ] as const)
    await rejects(() => openImageEncoder(folder(config)), code, ...said);
  await rejects(
    () => openImageEncoder(memoryFolder(new Map([['config.json', asJson(eyeConfig())]]), 'eye')),
    'bad-model',
    'model.safetensors',
  );
  const pickled = new Map([
    ['config.json', asJson(eyeConfig())],
    ['pytorch_model.bin', new Uint8Array(8)],
  ]);
  await rejects(
    () => openImageEncoder(memoryFolder(pickled, 'eye')),
    'bad-model',
    'eye: pytorch_model.bin',
    'pickled weights are refused',
  );
  await rejects(
    () => openImageEncoder(memorySource('ip.safetensors', adapterFile('plain', unet))),
    'unsupported-model',
    'an IP-Adapter',
  );
  assert.is((await hashedIpAdapter('plain', unet)).name, 'plain');
});

test.run();
