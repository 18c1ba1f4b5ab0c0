/** The page's ControlNets and T2I-adapters: kept whole or not at all, whole folders under their names; and what is refused before it is. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedAdapter, hashedControlNet } from '../../build/fidelityControl';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import type { TensorSource } from '../../models/tensorSource';
import { keptControls } from '../../workers/controlShelf';
import { forecastSize } from '../../workers/memory/forecast';
import { steeredBy } from '../../workers/withControls.browser';
import { rejects } from '../models/rejects';
import { fromRoot } from '../root';
import { recordsInMemory } from './recordsInMemory';

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const manifest = planModel(demo);

/** As a file, without the tensors that `left` leaves out, cross-attention as wide as `width`. */
async function file(source: TensorSource, left: (name: string) => boolean = () => true, width?: number) {
  const tensors = source
    .names()
    .filter(left)
    .map(async (name): Promise<NamedTensor> => {
      const { dtype, shape } = source.info(name)!;
      if (width === undefined || !/attn2\.to_[kv]\.weight$/.test(name))
        return { name, dtype, shape, data: await source.read(name) };
      return { name, dtype: 'F32', shape: [shape[0]!, width], data: new Uint8Array(4 * shape[0]! * width) };
    });
  return new Blob([encodeSafetensors(await Promise.all(tensors)) as Uint8Array<ArrayBuffer>]);
}
const { source } = hashedControlNet(demo, 'control-a');
const [edges, adapter] = [await file(source), await file(hashedAdapter(demo, 'adapter-a').source)];
const json = (value: object) => new Blob([JSON.stringify(value)]);

function setUp() {
  const { kept, records } = recordsInMemory();
  return { kept, records, controls: keptControls(records) };
}

const hex = async (blob: Blob): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())).toString('hex');

test('a file is kept by its name, kind and hash; of a folder the weights are, by the folder’s name; the same again is the one that is here', async () => {
  const { controls, kept } = setUp();
  const id = await hex(edges);
  const summary = { id, name: 'edges', bytes: edges.size, kind: 'controlnet', hash: id.slice(0, 12) };
  assert.equal(await controls.take([{ path: 'edges.safetensors', file: edges }]), summary);
  const folder = (name: string, config: object, weights: Blob, called = 'diffusion_pytorch_model.safetensors') => [
    { path: `${name}/config.json`, file: json(config) },
    { path: `${name}/${called}`, file: weights },
  ];
  const named = { _class_name: 'ControlNetModel' };
  assert.equal(await controls.take(folder('other', named, edges)), summary);
  const its = { _class_name: 'T2IAdapter', adapter_type: 'full_adapter', downscale_factor: 8, num_res_blocks: 2 };
  const second = await controls.take(folder('depth', its, adapter, 'diffusion_pytorch_model.fp16.safetensors'));
  assert.equal([second.name, second.kind, second.bytes], ['depth', 'adapter', adapter.size]);
  assert.equal([await controls.names(), kept.size], [['depth', 'edges'], 2]);
  await rejects(
    () => controls.take(folder('bgr', { ...named, controlnet_conditioning_channel_order: 'bgr' }, edges)),
    'unsupported-model',
    'bgr',
  );
  await controls.delete(id);
  assert.equal(await controls.names(), ['depth']);
});

test('what is damaged, lacks a tensor beside the model it is for, is for another base, or is none, is refused, and nothing of it is kept', async () => {
  const { controls, kept } = setUp();
  const take = (blob: Blob) => controls.take([{ path: 'x.safetensors', file: blob }], manifest);
  await rejects(() => take(edges.slice(0, edges.size - 1)), 'bad-model', 'x.safetensors');
  await rejects(() => take(new Blob(['x'])), 'bad-model', 'x.safetensors');
  const lacking = await file(source, (name) => name !== 'controlnet_mid_block.bias');
  await rejects(() => take(lacking), 'bad-model', 'controlnet_mid_block.bias');
  await rejects(
    async () => take(await file(source, undefined, 2048)),
    'unsupported-model',
    'one for Stable Diffusion XL',
  );
  await rejects(
    async () => take(await file(source, undefined, 1024)),
    'unsupported-model',
    'one for Stable Diffusion 2.x',
  );
  assert.is(kept.size, 0);
  // For a model that may come.
  await take(await file(source, undefined, 768));
  assert.is(kept.size, 1);
});

test('a picture’s are opened by name, in its order, with what they take; one that is not here, is damaged or does not fit is said', async () => {
  const { controls, records, kept } = setUp();
  await controls.take([{ path: 'edges.safetensors', file: edges }]);
  await controls.take([{ path: 'depth.safetensors', file: adapter }]);
  await controls.take([{ path: 'wide.safetensors', file: await file(source, undefined, 768) }]);
  const by = (...names: string[]) =>
    steeredBy(
      names.map((name) => ({ name })),
      { manifest, lowering: {} },
      records,
    );
  const both = await by('depth', 'edges');
  assert.equal(
    both.models.map(({ kind, model }) => [kind, model.name]),
    [
      ['adapter', 'depth'],
      ['controlnet', 'edges'],
    ],
  );
  assert.equal(
    both.planned.map(({ kind }) => kind),
    ['adapter', 'controlnet'],
  );
  const peak = (steering: typeof both.planned): number =>
    forecastSize(manifest, { width: 64, height: 64, steering }, { heapBytes: 4e9 }).peakBytes;
  const [none, one, two] = [[], (await by('edges')).planned, both.planned].map(peak) as [number, number, number];
  assert.ok(none < one && one < two, `${none}, ${one}, ${two}`);
  // What a name or a folder has told is known under any name.
  const shuffle = { _class_name: 'ControlNetModel', global_pool_conditions: true };
  const pooled = await controls.take([
    { path: 'colors/config.json', file: json(shuffle) },
    { path: 'colors/diffusion_pytorch_model.safetensors', file: await file(hashedControlNet(demo, 'b').source) },
  ]);
  const masking = await file(hashedControlNet(demo, 'c').source);
  const masked = await controls.take([{ path: 'control_v11p_sd15_inpaint.safetensors', file: masking }]);
  await controls.rename(pooled.id, 'moods');
  await controls.rename(masked.id, 'holes');
  const { models, planned } = await by('moods', 'holes', 'edges');
  assert.equal(
    models.map((one) => [one.pooled ?? false, one.masked ?? false]),
    [
      [true, false],
      [false, true],
      [false, false],
    ],
  );
  assert.is(planned[0]!.pooled, true);
  await rejects(() => by('edge'), 'bad-argument', 'controls', 'such as edges', 'edge');
  await rejects(() => by('wide'), 'unsupported-model', 'wide: cross_attention_dim', '64', '768');
  const key = `control:${await hex(edges)}`;
  const bytes = new Uint8Array(await edges.arrayBuffer());
  bytes[bytes.length - 1]! ^= 1;
  kept.set(key, { ...(kept.get(key) as object), file: new Blob([bytes]) });
  const again = keptControls(records);
  await rejects(() => again.open('edges'), 'corrupt-store', 'control model edges');
  assert.is((await again.look('edges'))!.size, edges.size);
});

test('one is packed the first time that a drawing opens it, and read no more of its file by those after', async () => {
  let reads = 0;
  class Counted extends Blob {
    override slice(...range: Parameters<Blob['slice']>): Blob {
      reads += 1;
      return super.slice(...range);
    }
  }
  const { records, kept } = setUp();
  const key = `control:${await hex(edges)}`;
  const summary = { id: await hex(edges), name: 'edges', bytes: edges.size, kind: 'controlnet', hash: '' };
  kept.set(key, { format: 1, summary, file: new Counted([edges]) });
  const { models, planned, close } = await steeredBy([{ name: 'edges' }], { manifest, lowering: {} }, records);
  const { bytes } = planned[0]!.manifest.stages.unet;
  const open = async (): Promise<number> => {
    const before = reads;
    const { weights } = await models[0]!.model.file(
      'unet',
      { batch: 1, height: 8, width: 8 },
      new AbortController().signal,
    );
    assert.is(weights.bytes, bytes);
    weights.close();
    return reads - before;
  };
  assert.ok((await open()) > 10);
  assert.equal([await open(), await open()], [0, 0]);
  close();
});

test.run();
