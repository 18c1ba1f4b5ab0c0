/**
 * The plainest calibration: the range of every tap of a network over some calls, nothing clipped. It is measured with the
 * weights as rounded: with the exact ones, what rounding moves a little beyond their range would be cut off.
 */
import type { Checkpoint } from '../../models/checkpoint';
import { qnnStage } from '../../models/graph/qnn/qnnStage';
import { rangeOf } from '../../models/graph/qnn/ranges';
import { ActivationSums } from '../../models/quantize/calibrate/activations';
import type { Range } from '../../models/quantize/encodings';
import type { StageName, StageSize } from '../../models/stage';
import type { Backend } from '../backend/backend';
import { hostedBackend } from '../backend/hostInputs';
import type { Keep } from '../model.checkpoint';
import type { Tensors } from '../tensor';
import type { QuantizedStage } from './candidate';
import { hostOf } from './host';

/** By the taps' names. `calls` are inputs of the pipeline's own network. */
export async function minMaxRanges(
  checkpoint: Checkpoint,
  { stage, size }: { readonly stage: StageName; readonly size: StageSize },
  quantized: QuantizedStage,
  calls: readonly Tensors[],
  { backend, keep }: { readonly backend: Backend; readonly keep: Keep },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Range>> {
  const network = qnnStage(checkpoint.description, stage, size);
  const taps = [...network.taps.keys()];
  const { graph, bytes, weights: stream } = network.write({ taps, reduced: true, weightBits: quantized.bits });
  const weights = await keep(stream(quantized.weights), bytes);
  const seen = new ActivationSums();
  try {
    const opened = await hostedBackend(backend, hostOf(checkpoint)).open({ name: stage, graph, weights }, signal);
    try {
      for (const call of calls) {
        signal.throwIfAborted();
        const outputs = await opened.run(call);
        for (const tap of taps) seen.add(tap, outputs[rangeOf(tap)]!.data as Float32Array);
      }
    } finally {
      await opened.close();
    }
  } finally {
    weights.close();
  }
  return seen.statistics();
}
