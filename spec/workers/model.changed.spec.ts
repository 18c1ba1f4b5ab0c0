/** Pictures with LoRAs that are switched on and off: what a model gives that was converted with them, and the first again. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { inBlobs } from '../../models/lora/aside';
import { onDisk } from '../../models/lora/aside.node';
import { withLoras } from '../../models/lora/withLoras';
import { planModel } from '../../models/planModel';
import { psnr } from '../../models/quantize/quality/psnr';
import type { WeightForm } from '../../models/quantize/weightForm';
import type { Backend } from '../../workers/backend/backend';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { COURSES, FASTEST } from '../../workers/memory/course';
import type { Model } from '../../workers/model';
import { changedModel } from '../../workers/model.changed';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { loraFile, loraTensors, NAMINGS } from '../models/lora/randomLora';
import { memorySource } from '../models/memoryFolder';
import { randomModel } from '../models/randomModel';
import { rejects } from '../models/rejects';

const checkpoint = await openDiffusersFolder(await randomModel('A'));
const tensors = (name: string) => loraTensors(checkpoint.description, name, NAMINGS.PEFT!, 3);
const lora = (name: string, weight: number, named = tensors(name)) => ({
  source: memorySource(`${name}.safetensors`, loraFile(named)),
  weight,
});
const LORAS = [lora('first', 0.8), { ...lora('second', -0.35), textEncoderWeight: 0.5 }];

const wasm = nodeWasmBackend();
const never = new AbortController().signal;
const request = { ...DEFAULTS, prompt: 'a red apple', seed: 3, steps: 2, width: 40, height: 40 };

async function drawn(model: Model, backend: Backend = wasm, courses = FASTEST, more = {}): Promise<Uint8Array> {
  for await (const event of textToImage({ ...request, ...more }, { model, backend, courses }, never)) {
    assert.is.not(event.type, 'failed', event.type === 'failed' ? event.message : '');
    if (event.type === 'image') return event.picture.pixels;
  }
  throw new Error('no picture');
}

const stored = (form: WeightForm, of = checkpoint) => checkpointModel(of, planModel(of, form));
const changed = async (form: WeightForm, loras = LORAS) =>
  (await changedModel(stored(form), planModel(checkpoint, form), loras, inBlobs)).model;

test('with exact weights the picture is, bit for bit, that of a model converted with the LoRAs; without them the first again', async () => {
  const first = await drawn(stored('exact'));
  const merged = await drawn(stored('exact', await withLoras(checkpoint, LORAS)));
  assert.ok(psnr(first, merged) < 30);
  const model = await changed('exact');
  assert.equal(await drawn(model), merged);
  assert.equal(await drawn(stored('exact')), first);
  assert.equal(await drawn(await changed('exact', [lora('first', 0)])), first);
  // On and off again by its opposite: the rest is float32's.
  assert.ok(psnr(await drawn(await changed('exact', [lora('first', 0.7), lora('first', -0.7)])), first) > 70);
});

test('a UNet that is cut for deep features to be kept has the LoRAs in both of its parts', async () => {
  const cached = { cacheInterval: 2, cacheBranch: 1 };
  const merged = await drawn(stored('exact', await withLoras(checkpoint, LORAS)), wasm, FASTEST, cached);
  assert.equal(await drawn(await changed('exact'), wasm, FASTEST, cached), merged);
});

test('weights that are read in parts give the same picture, bit for bit', async () => {
  const model = await changed('exact');
  const streamed = { ...FASTEST, unet: COURSES.low.unet[0]! };
  assert.ok(streamed.unet.segments);
  assert.equal(await drawn(model, wasm, streamed), await drawn(model));
});

for (const [form, backend] of [
  ['exact', 'wasm'],
  ['int8', 'wasm-int8'],
] as const)
  test(`${form} on ${backend}: the second picture of a batch takes what the first has changed, without a look at the LoRAs, bit for bit`, async () => {
    const on = backend === 'wasm' ? wasm : await nodeInt8Backend();
    const manifest = planModel(checkpoint, form);
    let reads = 0;
    const counted = LORAS.map((each) => ({
      ...each,
      source: {
        ...each.source,
        read(begin: number, end: number) {
          reads += 1;
          return each.source.read(begin, end);
        },
      },
    }));
    const pictures = async (opened: 'once' | 'again') => {
      const { model, close } = await changedModel(stored(form), manifest, counted, onDisk, opened);
      const found: { readonly pixels: Uint8Array; readonly reads: number }[] = [];
      const batch = { ...request, numImages: 2, hiresScale: 2 };
      for await (const event of textToImage(batch, { model, backend: on, courses: FASTEST }, never)) {
        assert.is.not(event.type, 'failed', event.type === 'failed' ? event.message : '');
        if (event.type === 'image') found.push({ pixels: event.picture.pixels, reads });
      }
      close();
      return found;
    };
    const anew = await pictures('once');
    const again = await pictures('again');
    assert.equal(
      again.map(({ pixels }) => pixels),
      anew.map(({ pixels }) => pixels),
    );
    const since = (found: typeof anew) => found.slice(1).map((each, i) => each.reads - found[i]!.reads);
    assert.equal(since(again), [0]);
    assert.ok(since(anew).every((each) => each > 10));
  });

for (const [form, backend, least] of [
  ['int8', 'wasm', 24],
  ['int4', 'wasm', 14],
  ['int8', 'wasm-int8', 22],
] as const)
  test(`${form} on ${backend}: the picture is nearly that of a model rounded after the LoRAs, and the first again without`, async () => {
    const on = backend === 'wasm' ? wasm : await nodeInt8Backend();
    const first = await drawn(stored(form), on);
    const merged = await drawn(stored(form, await withLoras(checkpoint, LORAS)), on);
    const got = await drawn(await changed(form), on);
    const [near, far] = [psnr(got, merged), psnr(first, merged)];
    assert.ok(near > least && near > far + 6, `${near.toFixed(1)} dB, without the LoRAs ${far.toFixed(1)} dB`);
    assert.equal(await drawn(stored(form), on), first);
  });

test('a network that cannot be changed is closed; parts that no layer answers to are told', async () => {
  let closed = 0;
  const base = stored('exact');
  const counting: Model = {
    ...base,
    async file(...how) {
      const file = await base.file(...how);
      return { ...file, weights: { ...file.weights, close: () => void closed++ } };
    },
  };
  const broken = tensors('first').map((tensor, i) =>
    i === 0 ? { ...tensor, data: new Uint8Array(tensor.data.length).fill(255) } : tensor,
  );
  const manifest = planModel(checkpoint);
  const { model } = await changedModel(counting, manifest, [lora('first', 1, broken)], inBlobs);
  const size = { batch: 1, height: 5, width: 5 };
  const file = await model.file('unet', size, never);
  await rejects(
    async () => file.weights.read(0, file.weights.bytes),
    'bad-model',
    'first.safetensors',
    'infinity or NaN',
  );
  file.weights.close();
  assert.is(closed, 1);
  const gone = tensors('first').map((tensor) => ({ ...tensor, name: tensor.name.replace('conv1', 'conv7') }));
  const { ignored } = await changedModel(counting, manifest, [lora('some', 1, gone)], inBlobs);
  assert.equal(ignored, ['some.safetensors: unet.down_blocks.1.resnets.0.conv7']);
});

test('a file that cannot be read any more is told when a network is opened, and what was opened is closed', async () => {
  const whole = lora('first', 1);
  let cut = false;
  const source = {
    ...whole.source,
    read: (begin: number, end: number) => (cut ? Promise.reject(new Error('gone')) : whole.source.read(begin, end)),
  };
  let closed = 0;
  const base = stored('exact');
  const counting: Model = {
    ...base,
    async file(...how) {
      const file = await base.file(...how);
      return { ...file, weights: { ...file.weights, close: () => void closed++ } };
    },
  };
  const { model } = await changedModel(counting, planModel(checkpoint), [{ source, weight: 1 }], inBlobs);
  cut = true;
  await model.file('unet', { batch: 1, height: 5, width: 5 }, never).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'gone'),
  );
  assert.is(closed, 1);
});

test.run();
