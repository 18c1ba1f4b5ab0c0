/** A stage of a checkpoint in the forms for QNN, run by ONNX Runtime Web. */
import { InferenceSession, Tensor } from 'onnxruntime-web';

import type { FloatForm, Written } from '../../../models/graph/qnn/form';
import type { QnnStage } from '../../../models/graph/qnn/qnnStage';

import type { Range } from '../../../models/quantize/encodings';
import type { IntegerWeights } from '../../../models/quantize/integerWeights';

import '../runStage';

export interface Floats {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}
export type Feeds = Readonly<Record<string, Floats>>;

/** All outputs of a written form. */
export async function runForm(form: Written, from: IntegerWeights, feeds: Feeds): Promise<Record<string, Floats>> {
  const weights = new Uint8Array(form.bytes);
  let at = 0;
  for await (const bytes of form.weights(from)) {
    weights.set(bytes, at);
    at += bytes.length;
  }
  const session = await InferenceSession.create(form.graph, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'disabled',
    externalData: [{ path: 'weights', data: weights }],
  });
  try {
    const inputs = session.inputNames.map((name) => [
      name,
      new Tensor('float32', feeds[name]!.data, feeds[name]!.shape),
    ]);
    const outputs = await session.run(Object.fromEntries(inputs));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => [name, { data: data as Float32Array, shape: dims }]),
    );
  } finally {
    await session.release();
  }
}

/** The range of every tap for these inputs. */
export async function measured(stage: QnnStage, from: IntegerWeights, feeds: Feeds, form: FloatForm = {}) {
  const outputs = await runForm(stage.write({ ...form, taps: [...stage.taps.keys()] }), from, feeds);
  const ranges = new Map<string, Range>();
  for (const [tap, port] of stage.taps) ranges.set(tap, rangeOf((outputs[port] ?? feeds[port]!).data));
  return ranges;
}

function rangeOf(values: Float32Array): Range {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [min, max] = [Math.min(min, value), Math.max(max, value)];
  return { min, max };
}
