/** In which forms each backend is given the networks. */
import type { GraphOptions } from '../../models/pack';
import type { Backend } from './backend';

/**
 * WebGPU adapters without f16 cannot read an f16 weight: for them all weights are constants, which ONNX Runtime widens
 * on the CPU while it opens the network. Nor does it know products in integers. A host's own graphs were written for it.
 */
const LOWERINGS: Readonly<Partial<Record<Backend['name'], GraphOptions>>> = {
  webgpu: {
    constantBytes: Number.POSITIVE_INFINITY,
    widenTables: true,
    integersFrom: Number.POSITIVE_INFINITY,
  },
};

export const loweringOf = (backend: Backend['name']): GraphOptions => LOWERINGS[backend] ?? {};
