/** ONNX Runtime as what calibration computes with. */
import type { Engine } from '../../models/quantize/calibrate/network';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { Computing } from '../backend/computing.node';

/** Graphs are computed as they are written: values that are fused away would not be seen. */
export async function calibrationEngine(computing: Computing, signal: AbortSignal): Promise<Engine> {
  const backend = computing.backend({ graphOptimizationLevel: 'disabled' });
  return {
    matMul: await computing.matMul(),
    async open(graph, stream) {
      const weights = await weightsInTemporaryFile(stream);
      try {
        return await backend.open({ name: 'unet', graph, weights }, signal, { lean: true });
      } finally {
        weights.close();
      }
    },
  };
}
