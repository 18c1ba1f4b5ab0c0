/** Ranges that the graphs for QNN find themselves: those of the whole values, and each taken as soon as its value is there. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { executionOrder } from '../../../models/graph/onnx/executionOrder';
import type { Node } from '../../../models/graph/onnx/onnxModel';
import { qnnStage } from '../../../models/graph/qnn/qnnStage';
import { rangeOf } from '../../../models/graph/qnn/ranges';
import { STAGE_NAMES } from '../../../models/manifest';
import { roundedToNearest } from '../../../models/quantize/integerWeights';
import { randomModel, uniform } from '../randomModel';
import { readGraph } from './readGraph';
import { type Feeds, measured, runForm } from './tappedStage';

const checkpoint = await openDiffusersFolder(await randomModel('A'));
const { unet, textEncoder, vae } = checkpoint.description;

const feeds: Feeds = {
  sample: made([1, unet.inChannels, 7, 10]),
  time_proj: made([1, unet.blockOutChannels[0]!]),
  encoder_hidden_states: made([1, 77, unet.crossAttentionDim]),
  token_embeddings: made([1, 77, textEncoder.hiddenSize]),
  latents: made([1, vae.latentChannels, 7, 10]),
  image: made([1, vae.inChannels, 56, 80]),
};

function made(shape: readonly number[]) {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: uniform(`${shape}`, count, 2, 0) };
}

for (const stage of STAGE_NAMES) {
  const network = qnnStage(checkpoint.description, stage, { batch: 1, height: 7, width: 10 });
  const from = roundedToNearest(checkpoint.weights(stage), () => 8);
  const taps = [...network.taps.keys()];

  test(`${stage}: ranges are those of the values, inputs and outputs among them`, async () => {
    const ranges = await measured(network, from, feeds);
    const reduced = await runForm(network.write({ taps, reduced: true }), from, feeds);
    for (const tap of taps) {
      const { data, shape } = reduced[rangeOf(tap)]!;
      assert.equal([...shape], [2], tap);
      assert.equal([...data], [ranges.get(tap)!.min, ranges.get(tap)!.max], tap);
    }
    assert.is(Object.keys(reduced).length, taps.length + 1, 'beside the ranges there is the result alone');
  });

  test(`${stage}: ONNX Runtime takes each range as soon as the value is there`, () => {
    const { nodes } = readGraph(network.write({ taps, reduced: true }).graph);
    const order = executionOrder(nodes as Node[]);
    const inputs = new Set(network.inputs);
    for (const tap of taps.filter((name) => !inputs.has(name))) {
      const made = order.findIndex(({ outputs }) => outputs[0] === network.taps.get(tap));
      assert.is(order[made + 1]?.outputs[0], `${rangeOf(tap)}/flat`, tap);
    }
  });
}

test.run();
