/** ONNX Runtime's WASM as what calibration computes with. */
import type { Engine } from '../../models/quantize/calibrate/network';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { Backend } from '../backend/backend';
import { ortMatMul } from '../backend/ortMatMul.node';

/** `backend` must compute graphs as they are written: values that it fuses away would not be seen. */
export async function calibrationEngine(backend: Backend, signal: AbortSignal): Promise<Engine> {
  return {
    matMul: await ortMatMul(),
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
