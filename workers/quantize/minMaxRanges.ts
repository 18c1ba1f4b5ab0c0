/**
 * The plainest calibration: the range of every tap of a network over some calls, nothing clipped. It is measured with the
 * weights as rounded: with the exact ones, what rounding moves a little beyond their range would be cut off.
 */
import type { Checkpoint } from '../../models/checkpoint';
import { qnnStage } from '../../models/graph/qnn/qnnStage';
import { rangeOf } from '../../models/graph/qnn/ranges';
import type { Range } from '../../models/quantize/encodings';
import type { StageName, StageSize } from '../../models/stage';
import type { Backend } from '../backend/backend';
import { hostedBackend } from '../backend/hostInputs';
import type { Keep } from '../model.checkpoint';
import type { Tensors } from '../tensor';
import { hostOf, type QuantizedStage } from './candidate';

/** By the taps' names. `calls` are inputs of the pipeline's own network. */
export async function minMaxRanges(
  checkpoint: Checkpoint,
  { stage, size }: { readonly stage: StageName; readonly size: StageSize },
  quantized: QuantizedStage,
  calls: readonly Tensors[],
  { backend, keep }: { readonly backend: Backend; readonly keep: Keep },
  signal: AbortSignal,
): Promise<Map<string, Range>> {
  const network = qnnStage(checkpoint.description, stage, size);
  const taps = [...network.taps.keys()];
  const { graph, bytes, weights: stream } = network.write({ taps, reduced: true, weightBits: quantized.bits });
  const weights = await keep(stream(quantized.weights), bytes);
  const ranges = new Map<string, Range>();
  try {
    const opened = await hostedBackend(backend, hostOf(checkpoint)).open({ name: stage, graph, weights }, signal);
    try {
      for (const call of calls) {
        signal.throwIfAborted();
        const outputs = await opened.run(call);
        for (const tap of taps) {
          const [min, max] = outputs[rangeOf(tap)]!.data as unknown as [number, number];
          const known = ranges.get(tap) ?? { min, max };
          ranges.set(tap, { min: Math.min(min, known.min), max: Math.max(max, known.max) });
        }
      }
    } finally {
      await opened.close();
    }
  } finally {
    weights.close();
  }
  return ranges;
}
