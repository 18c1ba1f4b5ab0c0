/**
 * Brings ONNX Runtime Web into the engine's worker. Each provider is a chunk of its own, fetched when first used:
 * WebGPU's is twice the size of the CPU's and most visits never need it. ORT's `.mjs` and `.wasm` lie in `ort/`
 * beside the worker (build/bundle.ts puts them there).
 */
import { later } from '../../models/later';
import type { Backend } from './backend';
import { watchHeaps } from './heap';
import { type OrtLibrary, ortBackend } from './ort';

/** Threads that ORT's WASM will use here: shared memory needs cross-origin isolation, and more than 8 never paid. */
export const wasmThreads = (): number =>
  self.crossOriginIsolated ? Math.min(Math.max(navigator.hardwareConcurrency, 1), 8) : 1;

export async function browserWasmBackend(): Promise<Backend> {
  const ort = await later(import('onnxruntime-web/wasm'));
  prepare(ort);
  return ortBackend(ort, 'wasm');
}

export async function browserWebgpuBackend(): Promise<Backend> {
  // The JSEP build: right to 3e-6 on SwiftShader, where the newer `ort.webgpu` build got attention wrong.
  const ort = await later(import('onnxruntime-web'));
  prepare(ort);
  return ortBackend(ort, 'webgpu');
}

function prepare(ort: OrtLibrary): void {
  watchHeaps();
  ort.env.wasm.wasmPaths = new URL('ort/', self.location.href).href;
  ort.env.wasm.numThreads = wasmThreads();
}
