/** Who computes in Node: ONNX Runtime's WebAssembly, which is what the browser has, or its native library where there is one. */
import type { MatMul } from '../../models/quantize/matrix/matMul';
import type { Backend } from './backend';
import type { OrtOptions } from './ort';
import { nativeBackend, nativeOrt } from './ort.native.node';
import { nodeWasmBackend, wasmOrt } from './ort.node';
import { ortMatMul } from './ortMatMul';

export const ENGINES = ['wasm', 'native'] as const;
export type EngineName = (typeof ENGINES)[number];

export interface Computing {
  backend(options?: OrtOptions): Backend;
  matMul(): Promise<MatMul>;
}

/** Rejects with `backend-unavailable` where the native library is asked for and not installed. */
export async function computing(name: EngineName): Promise<Computing> {
  if (name === 'wasm') return { backend: nodeWasmBackend, matMul: () => ortMatMul(wasmOrt()) };
  const ort = await nativeOrt();
  return { backend: (options) => nativeBackend(ort, options), matMul: () => ortMatMul(ort) };
}
