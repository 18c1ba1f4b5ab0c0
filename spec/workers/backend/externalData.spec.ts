/** How weights reach ONNX Runtime: tensor by tensor, no two at once, and never all of them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { planStage } from '../../../models/pack';
import type { StageWeights } from '../../../models/stage';
import { weightsInTemporaryFile } from '../../../models/stageWeights.node';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { CodedError } from '../../../workers/errors';
import { checkpointModel } from '../../../workers/model.checkpoint';
import { randomModel } from '../../models/randomModel';
import { rejects } from '../../models/rejects';

const SIZE = { batch: 1, height: 8, width: 8 };
const never = new AbortController().signal;
const backend = nodeWasmBackend({ threads: 1 });
const checkpoint = await openDiffusersFolder(await randomModel('B'));
const inputs = { latents: { type: 'float32', shape: [1, 4, 8, 8], data: new Float32Array(256).fill(0.5) } } as const;

async function decoded(weights: (kept: StageWeights) => StageWeights): Promise<Float32Array> {
  const file = await checkpointModel(checkpoint, undefined, weightsInTemporaryFile).file('vae_decoder', SIZE, never);
  try {
    const stage = await backend.open({ ...file, weights: weights(file.weights) }, never);
    const { image } = await stage.run(inputs);
    await stage.close();
    return image!.data as Float32Array;
  } finally {
    file.weights.close();
  }
}

test('every tensor is read, one at a time, none of them more than twice, and the numbers are right', async () => {
  const tensors = planStage(checkpoint.description, 'vae_decoder', checkpoint.weights('vae_decoder'));
  const reads = new Map<string, number>();
  // Each read ends the life of the one before: what ORT kept of it would be lost.
  let last = new Uint8Array();
  const counted = await decoded((kept) => ({
    ...kept,
    read(begin, end) {
      last.fill(0xff);
      reads.set(`${begin} ${end}`, (reads.get(`${begin} ${end}`) ?? 0) + 1);
      last = kept.read(begin, end).slice();
      return last;
    },
  }));
  assert.equal(
    [...reads.keys()].sort(),
    tensors.map(({ offset, bytes }) => `${offset} ${offset + bytes}`).sort(), // nothing else, nothing larger
  );
  const again = tensors.filter(({ offset, bytes }) => reads.get(`${offset} ${offset + bytes}`)! > 1);
  // ORT's graph optimizers look at a bias before the session does; a large tensor is never asked for twice.
  assert.ok(
    again.every(({ bytes }) => bytes < 1024),
    again.map(({ name }) => name).join(),
  );
  assert.ok(Math.max(...reads.values()) <= 2);

  const plain = await checkpointModel(checkpoint).file('vae_decoder', SIZE, never);
  const stage = await backend.open(plain, never);
  assert.equal((await stage.run(inputs)).image!.data, counted);
  await stage.close();
});

test('a read that fails ends the opening with its own code', () =>
  rejects(
    () =>
      decoded((kept) => ({
        ...kept,
        read() {
          throw new CodedError('corrupt-store', { argument: 'vae_decoder', expected: 'a', got: 'b' });
        },
      })),
    'corrupt-store',
    'vae_decoder',
  ));

test.run();
