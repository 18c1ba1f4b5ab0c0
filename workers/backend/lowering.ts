/** In which forms each backend is given the networks. */
import type { GraphOptions } from '../../models/pack';
import type { BackendName } from '../api';

/**
 * WebGPU adapters without f16 cannot read an f16 weight: for them all weights are constants, which ONNX Runtime widens
 * on the CPU while it opens the network. Nor does it know products in integers.
 */
const LOWERINGS: Readonly<Record<BackendName, GraphOptions>> = {
  wasm: {},
  webgpu: {
    constantBytes: Number.POSITIVE_INFINITY,
    widenTables: true,
    integersFrom: Number.POSITIVE_INFINITY,
  },
};

export const loweringOf = (backend: BackendName): GraphOptions => LOWERINGS[backend];
