/** IP-Adapters and image encoders on the page's shelf: kept by what they are, refused by name, found again by a picture, counted with. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adapterFile, EYE, eyeConfig, eyeFile } from '../../build/fidelityIpAdapter';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import { openSafetensors } from '../../models/safetensors';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import { besideModel } from '../../workers/beside.browser';
import { keptControls } from '../../workers/controlShelf';
import { forecastSize } from '../../workers/memory/forecast';
import { rejects } from '../models/rejects';
import { fromRoot } from '../root';
import { recordsInMemory } from './recordsInMemory';

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const { unet } = demo.description;
const manifest = planModel(demo);

const blob = (bytes: Uint8Array | string) => new Blob([bytes as Uint8Array<ArrayBuffer>]);
const [plain, plus, eye] = [adapterFile('plain', unet), adapterFile('plus', unet), eyeFile()];

/** `bytes` with each tensor as `change` makes it, or without it. */
async function changed(bytes: Uint8Array, change: (tensor: NamedTensor) => NamedTensor | undefined) {
  const source = await openSafetensors({
    ...{ name: 'x', size: bytes.length },
    read: async (start, end) => bytes.slice(start, end),
  });
  const tensors = source.names().map(async (name) => {
    const { dtype, shape } = source.info(name)!;
    return change({ name, dtype, shape, data: await source.read(name) });
  });
  return encodeSafetensors((await Promise.all(tensors)).flatMap((tensor) => tensor ?? []));
}
/** One whose cross-attentions are so wide. */
const wide = (width: number) =>
  changed(plain, (tensor) => {
    if (!/to_[kv]_ip/.test(tensor.name)) return tensor;
    const [rows] = tensor.shape as [number];
    return { ...tensor, shape: [rows, width], data: new Uint8Array(4 * rows * width) };
  });

const eyeFolder = (name: string, config: object = eyeConfig(), bytes = eye) => [
  { path: `${name}/config.json`, file: blob(JSON.stringify(config)) },
  { path: `${name}/model.safetensors`, file: blob(bytes) },
];
const single = (path: string, bytes: Uint8Array) => [{ path, file: blob(bytes) }];

function setUp() {
  const { kept, records } = recordsInMemory();
  return { kept, records, controls: keptControls(records) };
}

test('each is kept with what it sees, or makes; of an encoder’s folder its file is, and what its config said', async () => {
  const { controls } = setUp();
  const { hiddenSize, projectionDim } = EYE;
  const first = await controls.take(single('plain.safetensors', plain), manifest);
  assert.equal([first.name, first.kind, first.sees], ['plain', 'ip-adapter', { features: 'image_embeds', width: 40 }]);
  const second = await controls.take(single('plus.safetensors', plus), manifest);
  assert.equal(second.sees, { features: 'hidden_states', width: 48 });
  const seeing = await controls.take(eyeFolder('image_encoder'), manifest);
  assert.equal([seeing.name, seeing.kind, seeing.bytes], ['image_encoder', 'image-encoder', eye.length]);
  assert.equal(seeing.makes, { image_embeds: projectionDim, hidden_states: hiddenSize });
  assert.equal(await controls.names(), ['image_encoder', 'plain', 'plus']);
});

test('what is of another base, for faces, damaged, or does not say how it computes is refused, and nothing of it is kept', async () => {
  const { controls, kept } = setUp();
  const take = (bytes: Uint8Array) => controls.take(single('x.safetensors', bytes), manifest);
  await rejects(
    async () => take(await wide(2048)),
    'unsupported-model',
    'x.safetensors',
    'one for Stable Diffusion XL',
  );
  await rejects(async () => take(await wide(1024)), 'unsupported-model', 'one for Stable Diffusion 2.x');
  const face = (tensor: NamedTensor) => ({
    ...tensor,
    name: tensor.name.replace('proj.weight', 'perceiver_resampler.x'),
  });
  await rejects(async () => take(await changed(plain, face)), 'unsupported-model', 'FaceID', 'InsightFace');
  await rejects(() => take(plain.slice(0, plain.length - 1)), 'bad-model', 'x.safetensors');
  const lacking = await changed(plain, (tensor) => (tensor.name === 'image_proj.norm.bias' ? undefined : tensor));
  await rejects(() => take(lacking), 'bad-model', 'norm.bias');
  // Of no published width, and alone.
  await rejects(() => take(eye), 'bad-model', 'x.safetensors: image encoder', '48 wide with 3 layers');
  const heads = { ...eyeConfig(), num_attention_heads: 5 };
  await rejects(() => controls.take(eyeFolder('eye', heads)), 'bad-model', 'num_attention_heads', '5');
  assert.is(kept.size, 0);
  // For a model that may come.
  await take(await wide(768));
  assert.is(kept.size, 1);
});

test('a picture’s are found by name, in its order, each with what sees for it, and are counted with', async () => {
  const { controls, records, kept } = setUp();
  await controls.take(single('plain.safetensors', plain));
  await controls.take(single('plus.safetensors', plus));
  await controls.take(eyeFolder('image_encoder'));
  await controls.take(single('wide.safetensors', await wide(768)));
  const narrow = await changed(eye, (tensor) =>
    tensor.name === 'visual_projection.weight'
      ? { ...tensor, shape: [24, 48], data: tensor.data.subarray(0, 4 * 24 * 48) }
      : tensor,
  );
  await controls.take(eyeFolder('narrow', eyeConfig(), narrow));
  const where = { manifest, lowering: {} };
  const by = (name: string, encoder?: string, more: object = {}) => ({ name, encoder, images: [0], ...more });
  const beside = (...ipAdapters: ReturnType<typeof by>[]) => besideModel({ ipAdapters } as never, where, records);
  const both = await beside(by('plus', 'image_encoder', { images: [0, 0] }), by('plain', 'image_encoder'));
  assert.equal(both.planned.imageTokens, [10, 4]);
  const none = async () => {
    throw new Error('nothing is computed');
  };
  const backend = { name: 'wasm', open: none, heapBytes: () => 0 } as const;
  const { imagePrompts } = await both.parts(async () => backend);
  const { adapters } = imagePrompts!;
  assert.equal(
    adapters.map(({ adapter, encoder }) => [adapter.name, encoder.name]),
    [
      ['plus', 'image_encoder'],
      ['plain', 'image_encoder'],
    ],
  );
  // They see by it together.
  assert.is(adapters[0]!.encoder, adapters[1]!.encoder);
  assert.is(imagePrompts!.backend, backend);
  const peak = (planned: typeof both.planned): number =>
    forecastSize(manifest, { width: 64, height: 64, ...planned }, { heapBytes: 4e9 }).peakBytes;
  const most = { ...both.planned, imageTokens: [16 * 257] };
  assert.ok(peak(most) > peak({}), `${peak(most)}, ${peak({})}`);
  assert.ok(both.planned.before! > 32e6);

  await rejects(() => beside(by('plu', 'image_encoder')), 'bad-argument', 'ipAdapters', 'such as plus', 'plu');
  await rejects(() => beside(by('plus')), 'bad-argument', 'ipAdapters: plus: encoder', 'an image encoder', 'none');
  await rejects(
    () => beside(by('plus', 'plain')),
    'bad-argument',
    'ipAdapters: plus: encoder',
    'image_encoder',
    'plain',
  );
  await rejects(() => beside(by('wide', 'image_encoder')), 'unsupported-model', 'of the IP-Adapter', '64', '768');
  const other = 'image_embeds of the image encoder narrow';
  await rejects(() => beside(by('plain', 'narrow')), 'unsupported-model', other, '40 wide', '24');
  const { id } = (await controls.list()).find(({ name }) => name === 'image_encoder')!;
  const bytes = Uint8Array.from(eye);
  bytes[bytes.length - 1]! ^= 1;
  kept.set(`control:${id}`, { ...(kept.get(`control:${id}`) as object), file: blob(bytes) });
  const again = keptControls(records);
  await rejects(() => again.open('image_encoder'), 'corrupt-store', 'control model image_encoder');
});

test.run();
