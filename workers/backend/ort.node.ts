/** ONNX Runtime Web's WASM in Node: the very code that runs in the browser, at the browser's speed. */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-web';
import type { Backend } from './backend';
import { watchHeaps } from './heap';
import { type OrtLibrary, type OrtOptions, ortBackend } from './ort';

/** `threads` defaults to every core. It can be set once per process: ORT compiles its module only once. */
export function nodeWasmBackend(options: OrtOptions & { readonly threads?: number } = {}): Backend {
  watchHeaps();
  return ortBackend(wasmOrt(options.threads), 'wasm', options);
}

/** The library itself, for what is no network. */
export function wasmOrt(threads = availableParallelism()): OrtLibrary {
  ort.env.wasm.numThreads = threads;
  return ort;
}
