/** Weights that go as they are read, under ONNX Runtime itself: no graph that we write asks for a large tensor twice. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { packedBytes, planStage, stageGraph } from '../../../models/pack';
import { WEIGHT_FORMS } from '../../../models/quantize/weightForm';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { ChunkWeights } from '../../../workers/store/chunkWeights';
import { randomModel } from '../../models/randomModel';
import { packedWeights } from '../../models/runStage';
import { device, model, rejection, someBytes, stage } from './storeFixture';

const never = new AbortController().signal;
const checkpoint = await openDiffusersFolder(await randomModel('A'));
const backend = nodeWasmBackend({ threads: 1 });
const CHUNK = 256 * 1024;

for (const name of ['text_encoder', 'unet'] as const) {
  for (const form of WEIGHT_FORMS) {
    test(`${name} ${form}: opened from chunks that go as they are read, as constants and as inputs`, async () => {
      const source = checkpoint.weights(name);
      const tensors = planStage(checkpoint.description, name, source, form);
      const bytes = await packedWeights(tensors, source);
      assert.ok(
        tensors.some((tensor) => tensor.bytes > 2 * 64 * 1024),
        'large tensors',
      );
      // WebGPU, and networks up to 64 MB, have constants, which ORT transforms; larger ones inputs that keep their form.
      for (const constantBytes of [Number.POSITIVE_INFINITY, 0]) {
        const size = { batch: 2, width: 8, height: 8 };
        const graph = stageGraph(checkpoint.description, name, size, tensors, { constantBytes });
        const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) =>
          bytes.slice(i * CHUNK, (i + 1) * CHUNK),
        );
        const weights = new ChunkWeights(
          chunks.map(({ buffer }) => buffer as ArrayBuffer),
          tensors,
        );
        assert.is(weights.bytes, packedBytes(tensors));
        const opened = await backend.open({ name, graph, weights }, never);
        assert.is(weights.held, 0); // each was read
        await opened.close();
        weights.close();
      }
    });
  }
}

test('a large tensor that is asked for twice is told with what to do: the next opening keeps all of it', async () => {
  const bytes = someBytes(300_000, 1);
  const store = await device('idb').open({ chunkBytes: 100_000 });
  const { id } = await store.put({ ...model(), stages: [stage('unet', bytes, 50_000)] });
  const stored = await store.open(id);
  const tensors = [{ offset: 0, bytes: 100_000 }];
  const first = await stored.weights('unet', { tensors });
  first.read(0, 100_000);
  const again = Promise.resolve().then(() => first.read(0, 100_000));
  assert.is((await rejection(again)).code, 'bad-picture'); // the page says: try again
  first.close();
  const second = await stored.weights('unet', { tensors });
  for (let reads = 0; reads < 3; reads += 1) assert.equal(second.read(0, 100_000), bytes.subarray(0, 100_000));
  second.close();
  stored.close();
});

test.run();
