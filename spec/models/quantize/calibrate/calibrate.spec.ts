/** Calibration finds what the network's values are, whether it is computed whole or in parts. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../../models/checkpoint';
import { parametersOf } from '../../../../models/graph/parameters';
import { type QnnStage, qnnSegments } from '../../../../models/graph/qnn/qnnStage';
import { STAGE_NAMES } from '../../../../models/manifest';
import {
  advanceRounded,
  type Calibrated,
  calibratePart,
  dropSpent,
} from '../../../../models/quantize/calibrate/calibrate';
import {
  type Engine,
  memorySpool,
  type NetworkTensor,
  type NetworkTensors,
} from '../../../../models/quantize/calibrate/network';
import { type IntegerWeights, roundedToNearest } from '../../../../models/quantize/integerWeights';
import { plainMatMul } from '../../../../models/quantize/matrix/matMul';
import type { StageName } from '../../../../models/stage';
import { weightsInMemory } from '../../../../models/stageWeights';
import { nodeWasmBackend } from '../../../../workers/backend/ort.node';
import { randomModel, uniform } from '../../randomModel';

const checkpoint = await openDiffusersFolder(await randomModel('A'));
const { unet, textEncoder, vae } = checkpoint.description;
const SIZE = { batch: 1, height: 6, width: 5 };
const EVERYWHERE = 1e6;
const signal = new AbortController().signal;

const engine: Engine = {
  matMul: plainMatMul,
  async open(graph, stream, bytes) {
    const all = new Uint8Array(bytes);
    let at = 0;
    for await (const piece of stream) {
      all.set(piece, at);
      at += piece.length;
    }
    const backend = nodeWasmBackend({ graphOptimizationLevel: 'disabled' });
    return backend.open({ name: 'unet', graph, weights: weightsInMemory(all) }, signal);
  },
};

const inputsOf = ({ height, width }: typeof SIZE): Readonly<Record<string, readonly number[]>> => ({
  sample: [1, unet.inChannels, height, width],
  time_proj: [1, unet.blockOutChannels[0]!],
  encoder_hidden_states: [1, 77, unet.crossAttentionDim],
  token_embeddings: [1, 77, textEncoder.hiddenSize],
  latents: [1, vae.latentChannels, height, width],
  image: [1, vae.inChannels, 8 * height, 8 * width],
});

function sampleFor(network: QnnStage, seed: number, size = SIZE): NetworkTensors {
  const made = (name: string): NetworkTensor => {
    const shape = inputsOf(size)[name]!;
    const count = shape.reduce((product, size) => product * size, 1);
    return { type: 'float32', shape, data: uniform(`${name} ${seed}`, count, 2, 0) };
  };
  return Object.fromEntries(network.inputs.map((name) => [name, made(name)]));
}

const whole = (stage: StageName): QnnStage => qnnSegments(checkpoint.description, stage, SIZE, 1)[0]!;
const weightsOf = (stage: StageName) => roundedToNearest(checkpoint.weights(stage), () => 8);

async function calibrated(stage: StageName, count: number, places: number): Promise<Calibrated[]> {
  const parts = qnnSegments(checkpoint.description, stage, SIZE, count);
  const samples = [1, 2].map((seed) => sampleFor(whole(stage), seed));
  const spool = memorySpool();
  const found: Calibrated[] = [];
  for (const index of parts.keys()) {
    const sized = { parts, samples, spool };
    found.push(await calibratePart([sized], index, weightsOf(stage), { engine, signal, places, some: 20 }));
    await dropSpent(sized, index, spool);
  }
  assert.is(spool.held(), 0, 'nothing stays in the spool');
  return found;
}

for (const stage of STAGE_NAMES) {
  test(`${stage}: in parts or whole, every tap has the same range, and every weight the same moments`, async () => {
    const [once] = await calibrated(stage, 1, 7);
    const several = await calibrated(stage, 4, 7);
    assert.ok(several.length > 1);
    const activations = new Map(several.flatMap(({ activations: [only] }) => [...only!]));
    const [ranges] = once!.activations;
    assert.equal([...activations.keys()].sort(), [...ranges!.keys()].sort());
    for (const [tap, { min, max, some }] of ranges!) {
      const other = activations.get(tap)!;
      close(other.min, min, tap);
      close(other.max, max, tap);
      assert.ok(some.length >= 2 && some.every((value) => value >= min && value <= max), tap);
    }
    const layers = new Map(
      several.flatMap(({ layers }) => layers.flatMap((layer) => layer.keys.map((key) => [key, layer]))),
    );
    const matrices = parametersOf(checkpoint.description, stage).filter(
      ({ name, shape }) => shape.length > 1 && !name.includes('embedding.weight'),
    );
    assert.equal([...layers.keys()].sort(), matrices.map(({ name }) => name).sort());
    for (const { keys, mean, count } of once!.layers) {
      for (const key of keys) {
        assert.is(layers.get(key)!.count, count, key);
        for (const [i, value] of mean.entries()) close(layers.get(key)!.mean[i]!, value, key);
      }
    }
  });
}

test('of two sizes every layer has the moments of all places of both, every tap a range in each', async () => {
  const sizedAs = (size: typeof SIZE, seeds: readonly number[]) => {
    const parts = qnnSegments(checkpoint.description, 'unet', size, 1);
    return { parts, samples: seeds.map((seed) => sampleFor(parts[0]!, seed, size)), spool: memorySpool() };
  };
  const seen: number[][] = [];
  const progress = (done: number, of: number): void => void seen.push([done, of]);
  const how = { engine, signal, places: 7, some: 0, progress };
  const [a, b] = [sizedAs(SIZE, [1]), sizedAs({ batch: 1, height: 4, width: 8 }, [2, 3])];
  const both = await calibratePart([a, b], 0, weightsOf('unet'), how);
  assert.equal(seen, [
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
  const each = await Promise.all([a, b].map((one) => calibratePart([one], 0, weightsOf('unet'), how)));
  for (const [i, one] of each.entries()) assert.equal([...both.activations[i]!], [...one.activations[0]!]);
  for (const [i, { keys, gram, mean, count }] of both.layers.entries()) {
    const [x, y] = each.map(({ layers }) => layers[i]!) as [(typeof both.layers)[0], (typeof both.layers)[0]];
    assert.is(count, x.count + y.count, `${keys}`);
    const expected = (p: number, q: number): number => (p * x.count + q * y.count) / count;
    for (const [at, value] of mean.entries()) close(value, expected(x.mean[at]!, y.mean[at]!), `${keys}`);
    for (const [block, values] of gram.entries())
      for (let at = 0; at < values.length; at += 7)
        close(values[at]!, expected(x.gram[block]![at]!, y.gram[block]![at]!), `${keys}`);
  }
});

test('with rounded parts before it, a layer is looked at with what they leave beside what it should be', async () => {
  const parts = qnnSegments(checkpoint.description, 'unet', SIZE, 3);
  const samples = [1, 2].map((seed) => sampleFor(whole('unet'), seed));
  const [spool, roundedSpool] = [memorySpool(), memorySpool()];
  const weights = weightsOf('unet');
  const coarse: IntegerWeights = { ...weights, floats: async (key) => (await weights.floats(key)).map((w) => w * 0.9) };
  const found: Calibrated[] = [];
  for (const index of parts.keys()) {
    const [sized, how] = [
      { parts, samples, spool, roundedSpool },
      { engine, signal, places: 7, some: 0 },
    ];
    found.push(await calibratePart([sized], index, weights, how));
    await advanceRounded(sized, index, coarse, how);
    for (const each of [spool, roundedSpool]) await dropSpent(sized, index, each);
  }
  assert.is(spool.held() + roundedSpool.held(), 0);
  const exact = await calibrated('unet', 3, 7);
  const traces = found.map(({ layers }, part) =>
    layers.map(({ gram, cross }, layer) => {
      const trace = (blocks: readonly Float32Array[]): number =>
        blocks.reduce((sum, block) => {
          const size = Math.sqrt(block.length);
          for (let i = 0; i < size; i++) sum += block[i * size + i]!;
          return sum;
        }, 0);
      return { given: trace(gram), between: trace(cross!), exact: trace(exact[part]!.layers[layer]!.gram) };
    }),
  );
  // Before anything is rounded both are the same.
  for (const { given, between, exact } of traces[0]!) {
    close(given / exact, 1, 'given');
    close(between / exact, 1, 'between');
  }
  // E[x u]² ≤ E[x x] E[u u] (Cauchy–Schwarz), and with other inputs it is less.
  const later = traces.slice(1).flat();
  assert.ok(later.every(({ given, between, exact }) => between ** 2 <= given * exact * (1 + 1e-4)));
  assert.ok(later.some(({ given, between, exact }) => between ** 2 < 0.9999 * given * exact));
  assert.ok(later.some(({ given, exact }) => Math.abs(given / exact - 1) > 0.001));
});

test('second moments over all places are those of the inputs under the kernel', async () => {
  const [{ layers }] = (await calibrated('unet', 1, EVERYWHERE)) as [Calibrated];
  const network = whole('unet');
  for (const key of ['conv_in.weight', 'down_blocks.0.downsamplers.0.conv.weight']) {
    const layer = layers.find(({ keys }) => keys.includes(key))!;
    const { height, width, kernel, stride, before, outHeight, outWidth } = layer.geometry;
    const channels = layer.columns / kernel ** 2;
    const columns: number[][] = [];
    for (const seed of [1, 2]) {
      const x = await valueAt(network, layer.name.split('/').slice(1, -1).join('/'), seed);
      for (let y = 0; y < outHeight; y++) {
        for (let at = 0; at < outWidth; at++) {
          const column: number[] = [];
          for (let c = 0; c < channels; c++) {
            for (let tap = 0; tap < kernel ** 2; tap++) {
              const [row, place] = [
                y * stride - before + Math.floor(tap / kernel),
                at * stride - before + (tap % kernel),
              ];
              const inside = row >= 0 && row < height && place >= 0 && place < width;
              column.push(inside ? x[(c * height + row) * width + place]! : 0);
            }
          }
          columns.push(column);
        }
      }
    }
    assert.is(layer.count, columns.length);
    assert.is(layer.gram.length, 1);
    for (let i = 0; i < layer.columns; i++) {
      for (let j = 0; j < layer.columns; j++) {
        const expected = columns.reduce((sum, column) => sum + column[i]! * column[j]!, 0) / columns.length;
        close(layer.gram[0]![i * layer.columns + j]!, expected, `${key} ${i} ${j}`);
      }
    }
  }
});

/** A value of the network for a sample, an input or a tap. */
async function valueAt(network: QnnStage, name: string, seed: number): Promise<Float32Array> {
  const sample = sampleFor(network, seed);
  if (sample[name]) return sample[name].data as Float32Array;
  const { graph, weights, bytes } = network.write({ taps: [name] });
  const opened = await engine.open(graph, weights(weightsOf('unet')), bytes);
  const outputs = await opened.run(sample);
  await opened.close();
  return outputs[name]!.data as Float32Array;
}

function close(got: number, expected: number, what: string): void {
  assert.ok(Math.abs(got - expected) <= 2e-5 * Math.max(1, Math.abs(expected)), `${what}: ${got}, not ${expected}`);
}

test.run();
